package org.o365relay;

import java.time.Duration;
import java.util.List;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.alert.AlertSettings;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.ProbeSchedule;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.ndr.NdrSettings;
import org.o365relay.net.HttpSettings;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueSettings;
import org.o365relay.route.Routes;

/// Everything a relay is told before it starts. Checked by whoever makes it (the `config` module).
///
/// @param hostname what the relay calls itself, in the greeting, in `Received` and upstream
/// @param mailboxes at least one, with different addresses
/// @param routes to targets made of these mailboxes
/// @param ndrs of the mailboxes whose reports are read
/// @param shutdownTimeout how long transactions and deliveries in flight may take to end at a stop
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
