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
/// @param hostname of the relay, in its greeting, in `Received` and in EHLO
/// @param mailboxes at least one, with different addresses
/// @param routes to mailboxes and pools
/// @param ndrs of the mailboxes whose NDRs are read
/// @param shutdownTimeout longest wait for transactions and deliveries in flight at shutdown
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
}
