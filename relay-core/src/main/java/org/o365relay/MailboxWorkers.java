package org.o365relay;

import org.o365relay.deliver.Bouncer;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.health.MailboxStatus;

/// The dispatcher of a mailbox, and the bouncer of its messages.
record MailboxWorkers(Dispatcher dispatcher, Bouncer bouncer) {

    boolean serves(String mailbox) {
        return dispatcher.mailbox().toString().equalsIgnoreCase(mailbox);
    }

    MailboxStatus status() {
        return dispatcher.status();
    }
}
