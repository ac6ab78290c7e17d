/// Processes the non-delivery reports (NDRs) that Exchange, or a server to which it forwarded a message, sends
/// to a mailbox after Exchange accepted the message. A report about a known message is recorded in the
/// message's history, and the sender is notified if the DSN parameters of the message permit it.
///
/// 1. `NdrFolder` lists new messages in a folder of the mailbox, without changing the folder.
/// 2. `NdrParser` parses delivery status notifications (RFC 3464) and ignores all other messages.
/// 3. `ReportedMessageFinder` finds the message by its queue ID or Message-ID.
/// 4. `NdrProcessor` commits the event, the notice and the position in the folder in one transaction.
@NullMarked
package org.o365relay.ndr;

import org.jspecify.annotations.NullMarked;
