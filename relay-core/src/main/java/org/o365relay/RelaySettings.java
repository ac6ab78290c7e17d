package org.o365relay;

import java.time.Duration;
import java.util.List;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.ProbeSchedule;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueSettings;

/// Everything a relay is told before it starts. Checked by whoever makes it (the `config` module).
///
/// @param hostname what the relay calls itself, in the greeting, in `Received` and upstream
/// @param stopGrace how long transactions and deliveries in flight may take to end at a stop
public record RelaySettings(
        String hostname,
        List<ListenerSettings> listeners,
        AcceptSettings accept,
        QueueSettings queue,
        MailboxSettings mailbox,
        RetrySchedule retry,
        ProbeSchedule probe,
        NoticeSettings notices,
        Duration stopGrace) {

    public RelaySettings {
        listeners = List.copyOf(listeners);
    }
}
