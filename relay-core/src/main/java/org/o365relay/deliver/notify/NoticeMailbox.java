package org.o365relay.deliver.notify;

import java.io.IOException;
import java.io.InputStream;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;

/// A mailbox that notices are sent from.
public interface NoticeMailbox {

    EmailAddress mailbox();

    /// @return whether the mailbox can send now: it is neither paused nor blocked, and an upstream is open
    boolean isOpen();

    /// @return the name of the mailbox as a route in the queue
    String route();

    /// @return whether this mailbox may send messages with this route, which names a mailbox or pool
    boolean serves(String route);

    /// @param content content of the received message
    /// @return the parts of the message that a notice contains
    ReportedMessage original(QueueId id, Arrival arrival, Envelope envelope, InputStream content) throws IOException;
}
