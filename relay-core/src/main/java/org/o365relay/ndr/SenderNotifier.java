package org.o365relay.ndr;

import java.net.InetAddress;
import org.o365relay.mail.EmailAddress;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;

/// How authors are told of what came back: the words, and how often.
public interface SenderNotifier {

    /// @return who writes the notices that leave through a mailbox
    NoticeWriter writer(EmailAddress mailbox);

    /// Counts one more notice about a device.
    ///
    /// @return false if there are too many; a digest will tell
    boolean allowsNotice(InetAddress client);

    /// @param name of the reply, as in the catalogue; empty if it is not known
    /// @param mailbox that the advice is about
    Reason reason(String name, EmailAddress mailbox);
}
