/// Reads and writes JSON (RFC 8259) by binding it to records. The only package that configures Jackson; it
/// depends on the value types of `mail`, but on no processing stage and no file format.
@NullMarked
package org.o365relay.json;

import org.jspecify.annotations.NullMarked;
