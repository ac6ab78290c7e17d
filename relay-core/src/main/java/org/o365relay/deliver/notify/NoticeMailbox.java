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

    /// @return whether mail can leave now
    boolean isOpen();

    /// @return the mailbox as a route in the queue
    String route();

    /// @return whether it may send messages routed to this mailbox or pool
    boolean serves(String route);

    /// @param content of the received message
    /// @return the parts of the message that a notice contains
    ReportedMessage original(QueueId id, Arrival arrival, Envelope envelope, InputStream content) throws IOException;
}
