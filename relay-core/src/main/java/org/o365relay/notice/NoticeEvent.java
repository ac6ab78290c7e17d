package org.o365relay.notice;

import java.time.Instant;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;

/// What a notice is about: a message, and what became of it.
public sealed interface NoticeEvent permits Failure, RelayedMessage, Delay {

    QueueId id();

    Arrival arrival();

    Envelope envelope();

    /// @return whether it was a notice itself, about which there is never another one
    boolean isNotice();

    /// @return what is known of the message
    ReportedMessage original();

    /// @return host name of the mail service; empty if it was not tried yet
    String upstream();

    /// @return when it happened; with the id it makes the notice the same whenever it is written
    Instant now();
}
