/// Converts records to JSON (RFC 8259) and JSON to records. Only this package configures Jackson. It depends on
/// the value types of `mail`, but on no processing stage and no file format.
@NullMarked
package org.o365relay.json;

import org.jspecify.annotations.NullMarked;
