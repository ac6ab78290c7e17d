package org.o365relay.daemon.check;

import org.o365relay.mail.EmailAddress;

/// Says nothing until everything is known.
public final class SilentProgress implements MailboxChecker.Listener {

    @Override
    public void mailbox(EmailAddress mailbox) {}

    @Override
    public void road(String road) {}

    @Override
    public void step(CheckStep step) {}
}
