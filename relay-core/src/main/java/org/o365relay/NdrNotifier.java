package org.o365relay;

import java.net.InetAddress;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.mail.EmailAddress;
import org.o365relay.ndr.SenderNotifier;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;

/// Applies the relay's notice policy to notices about NDRs.
record NdrNotifier(NoticePolicy policy) implements SenderNotifier {

    @Override
    public NoticeWriter writer(EmailAddress mailbox) {
        return policy.writer(mailbox);
    }

    @Override
    public boolean allowsNotice(InetAddress client) {
        return policy.allowsNotice(client);
    }

    @Override
    public Reason reason(String name, EmailAddress mailbox) {
        return policy.reason(name, mailbox, "");
    }
}
