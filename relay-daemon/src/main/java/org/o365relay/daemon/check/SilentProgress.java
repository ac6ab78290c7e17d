package org.o365relay.daemon.check;

import org.o365relay.mail.EmailAddress;

/// Reports no progress.
public final class SilentProgress implements MailboxChecker.Progress {

    @Override
    public void mailbox(EmailAddress mailbox) {}

    @Override
    public void upstream(String name) {}

    @Override
    public void step(CheckStep step) {}
}
