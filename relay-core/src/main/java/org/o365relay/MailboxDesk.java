package org.o365relay;

import org.o365relay.deliver.Courier;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.LaneStatus;

/// Who works for a mailbox.
record MailboxDesk(Dispatcher dispatcher, Courier courier) {

    boolean isOf(String mailbox) {
        return dispatcher.mailbox().toString().equalsIgnoreCase(mailbox);
    }

    LaneStatus status() {
        return dispatcher.status();
    }
}
