package org.o365relay;

import org.o365relay.deliver.Bouncer;
import org.o365relay.deliver.Delivery;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.MailboxSender;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.mail.AddressKey;

/// The parts that deliver the mail of one mailbox.
///
/// @param upstreamKey identifies the settings of the upstreams; a reload that does not change it keeps the
///     upstreams
record MailboxWorkers(
        MailboxSettings settings,
        UpstreamKey upstreamKey,
        MailboxSender sender,
        Delivery delivery,
        Dispatcher dispatcher,
        Bouncer bouncer) {

    boolean serves(String mailbox) {
        return upstreamKey.mailbox().equals(AddressKey.ofName(mailbox));
    }

    MailboxStatus status() {
        return dispatcher.status();
    }
}
