package org.o365relay.notice;

import java.time.Instant;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;

/// An event that the sender of a message is notified of.
public sealed interface NoticeEvent permits Failure, RelayedMessage, Delay {

    QueueId id();

    Arrival arrival();

    Envelope envelope();

    /// @return whether the message is a notice itself; no notice is sent about a notice
    boolean isNotice();

    /// @return the header and, if requested, the content of the message
    ReportedMessage original();

    /// @return name of the upstream or, if an NDR reported the failure, of the reporting MTA; empty if no
    ///     upstream was involved
    String upstream();

    /// @return when the event occurred; the same event with the same time always produces the same notice
    Instant occurredAt();
}
