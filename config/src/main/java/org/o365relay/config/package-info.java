/// Reads HOCON configuration files into settings records. Reports all problems in a file at once, each with its
/// line number. `reference.conf` documents every key.
@NullMarked
package org.o365relay.config;

import org.jspecify.annotations.NullMarked;
