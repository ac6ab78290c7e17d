/// What we know of Exchange Online: presets of its clouds, its limits, its replies and what each asks of the
/// admin. Knowledge as data; no I/O at run time, no decisions about a message.
@NullMarked
package org.o365relay.exchange;

import org.jspecify.annotations.NullMarked;
