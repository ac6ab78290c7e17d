/// Prints the effective configuration as HOCON, defaults included and secrets hidden. What it prints can be read
/// again. Reads no file.
@NullMarked
package org.o365relay.config.print;

import org.jspecify.annotations.NullMarked;
