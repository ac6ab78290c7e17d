package org.o365relay.daemon.check;

import org.o365relay.mail.EmailAddress;

/// Says nothing until everything is known.
public final class SilentProgress implements MailboxChecker.Progress {

    @Override
    public void mailbox(EmailAddress mailbox) {}

    @Override
    public void upstream(String road) {}

    @Override
    public void step(CheckStep step) {}
}
