/// Learns what a mailbox hears later: reports of Exchange, or of servers behind it, that a message was not
/// delivered after all. Ties each to the message it is about, writes it into the message's history, and tells
/// the author.
///
/// 1. `NdrFolder` looks what is new in a folder of the mailbox; it changes nothing there.
/// 2. `NdrParser` understands delivery status notifications (RFC 3464) and leaves everything else alone.
/// 3. `NdrProcessor` finds the message by its Message-ID, and records the event, the notice and how far it has
///    come in one transaction.
@NullMarked
package org.o365relay.ndr;

import org.jspecify.annotations.NullMarked;
