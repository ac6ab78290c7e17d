package org.o365relay.daemon.check;

import java.util.List;

/// The results of a check. The record is also printed as JSON, so its components must not be renamed.
///
/// @param passed whether every checked mailbox can send mail
public record CheckReport(boolean passed, List<MailboxReport> mailboxes) {

    public CheckReport {
        mailboxes = List.copyOf(mailboxes);
    }

    public static CheckReport of(List<MailboxReport> mailboxes) {
        return new CheckReport(mailboxes.stream().allMatch(MailboxReport::canSend), mailboxes);
    }
}
