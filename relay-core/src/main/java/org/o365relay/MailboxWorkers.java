package org.o365relay;

import org.o365relay.deliver.Delivery;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.health.MailboxStatus;

/// The dispatcher of a mailbox and the delivery it runs.
record MailboxWorkers(Dispatcher dispatcher, Delivery delivery) {

    boolean isOf(String mailbox) {
        return dispatcher.mailbox().toString().equalsIgnoreCase(mailbox);
    }

    MailboxStatus status() {
        return dispatcher.status();
    }
}
