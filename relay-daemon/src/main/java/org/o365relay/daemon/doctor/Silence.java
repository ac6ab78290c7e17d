package org.o365relay.daemon.doctor;

import org.o365relay.mail.EmailAddress;

/// Says nothing until everything is known.
public final class Silence implements Doctor.Listener {

    @Override
    public void mailbox(EmailAddress mailbox) {}

    @Override
    public void road(String road) {}

    @Override
    public void step(Step step) {}
}
