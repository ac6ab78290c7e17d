package org.o365relay.ndr;

import java.net.InetAddress;
import org.o365relay.mail.EmailAddress;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;

/// Provides the writer of notices to senders about NDRs, and limits the number of these notices.
public interface SenderNotifier {

    /// @return the writer of notices sent by a mailbox
    NoticeWriter writer(EmailAddress mailbox);

    /// Counts a notice about mail from a device.
    ///
    /// @return false if the device has reached its notice limit and a digest replaces the notice
    boolean allowsNotice(InetAddress client);

    /// @param name catalogue name of the reply; empty if it is unknown
    /// @param mailbox the mailbox named in the advice
    /// @return why delivery failed, in the language of the notices
    Reason reason(String name, EmailAddress mailbox);
}
