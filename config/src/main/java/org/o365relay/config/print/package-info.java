/// Renders the effective configuration as HOCON, with defaults included and secrets hidden. With the secrets
/// filled in, the text can be read again. This package reads no file.
@NullMarked
package org.o365relay.config.print;

import org.jspecify.annotations.NullMarked;
