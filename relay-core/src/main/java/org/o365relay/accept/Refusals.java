package org.o365relay.accept;

import org.o365relay.mail.Reply;
import org.o365relay.queue.Shortage;

/// Why a message or recipient is not taken, in words for whoever looks after the device; with the configuration
/// key where the admin can change it.
final class Refusals {

    private Refusals() {}

    // RFC 1870 §6.1
    static Reply tooLarge(long limit) {
        return Reply.of(552, "5.3.4", "Larger than the " + limit + " octets allowed here (relay.limits.message-size)");
    }

    static Reply noRoom(Shortage shortage) {
        String reason = switch (shortage) {
            case DISK -> "The relay's disk is almost full (relay.queue.free-space-floor)";
            case QUEUE -> "The relay's queue is full (relay.queue.maximum-size)";
        };
        return Reply.of(452, "4.3.1", reason + ", try again later");
    }

    static Reply unwritable() {
        return Reply.of(452, "4.3.1", "The relay cannot write to its queue, try again later");
    }

    // RFC 6531 §3.5
    static Reply senderNotAscii() {
        return Reply.of(550, "5.6.7", "A sender that is not ASCII needs SMTPUTF8");
    }

    // RFC 6531 §3.5
    static Reply recipientNotAscii() {
        return Reply.of(553, "5.6.7", "A recipient that is not ASCII needs SMTPUTF8");
    }

    static Reply unqualified() {
        return Reply.of(553, "5.1.3", "Not a full address: give the recipient as name@domain");
    }

    // RFC 5321 §4.5.3.1.10
    static Reply tooManyRecipients(int limit) {
        return Reply.of(452, "4.5.3", "At most " + limit + " recipients a message (relay.limits.recipients)");
    }
}
