package org.o365relay;

import java.time.Duration;
import java.util.List;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.alert.AlertSettings;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.ndr.NdrSettings;
import org.o365relay.net.HttpSettings;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueSettings;
import org.o365relay.route.Routes;

/// All settings of a relay. Validated by the `config` module.
///
/// @param hostname host name of the relay, used in its greeting, in `Received` and in EHLO
/// @param mailboxes the mailboxes; at least one, with different addresses
/// @param routes routes to mailboxes and pools
/// @param ndrs settings for reading NDRs, one for each mailbox whose NDRs are read
/// @param shutdownTimeout longest time that a shutdown waits for transactions and deliveries in flight
public record RelaySettings(
        String hostname,
        List<ListenerSettings> listeners,
        AcceptSettings accept,
        QueueSettings queue,
        List<MailboxSettings> mailboxes,
        Routes routes,
        HttpSettings http,
        RetrySchedule retry,
        ProbeSchedule probe,
        NoticeSettings notices,
        AlertSettings alerts,
        List<NdrSettings> ndrs,
        Duration shutdownTimeout) {

    public RelaySettings {
        listeners = List.copyOf(listeners);
        mailboxes = List.copyOf(mailboxes);
        ndrs = List.copyOf(ndrs);
    }

    /// @param route name of a mailbox or pool, as stored in the queue
    /// @return whether mail can be routed to it
    boolean isConfigured(String route) {
        return routes.target(route).isPresent()
                || mailboxes.stream()
                        .anyMatch(mailbox -> mailbox.address().key().toString().equals(route));
    }
}
