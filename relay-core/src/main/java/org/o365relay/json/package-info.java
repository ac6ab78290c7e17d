/// Reads and writes JSON (RFC 8259) by binding it to records. The only package that configures Jackson; it knows the
/// value types of `mail`, but no stage and no format.
@NullMarked
package org.o365relay.json;

import org.jspecify.annotations.NullMarked;
