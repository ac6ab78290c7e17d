/// Parses HOCON with line numbers. The values of a section are looked up in layers. Problems in a file are
/// collected, never thrown. The keys are defined in `reference.conf` and interpreted by other packages.
@NullMarked
package org.o365relay.config.hocon;

import org.jspecify.annotations.NullMarked;
