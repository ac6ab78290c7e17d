package org.o365relay;

import org.o365relay.deliver.Bouncer;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.mail.AddressKey;

/// The dispatcher of a mailbox, and the bouncer of its messages.
record MailboxWorkers(Dispatcher dispatcher, Bouncer bouncer) {

    boolean serves(String mailbox) {
        return dispatcher.mailbox().key().toString().equals(AddressKey.ofName(mailbox));
    }

    MailboxStatus status() {
        return dispatcher.status();
    }
}
