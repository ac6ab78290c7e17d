/// Converts records to JSON (RFC 8259) and JSON to records. This package configures Jackson for the whole
/// relay; callers can add rules for their own format. It depends on the value types of `mail`, but on no
/// processing stage and no file format.
@NullMarked
package org.o365relay.json;

import org.jspecify.annotations.NullMarked;
