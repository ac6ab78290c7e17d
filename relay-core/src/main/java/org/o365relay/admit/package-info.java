/// Relay policy: trusted networks, tolerance, sender and recipient rules, and limits. The package does no I/O;
/// the clock is passed in.
@NullMarked
package org.o365relay.admit;

import org.jspecify.annotations.NullMarked;
