package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs rejected connections at a limited rate: the first rejection of a client address immediately, then at
/// most one line per address in each [#INTERVAL], with the number of suppressed rejections. Thread-safe.
final class RejectLog {

    static final Duration INTERVAL = Duration.ofMinutes(1);

    /// Maximum number of addresses logged individually per interval; for further addresses, only the number of
    /// rejections is logged.
    static final int MAX_ADDRESSES = 1_000;

    private static final Logger log = LoggerFactory.getLogger(RejectLog.class);

    private final Journal journal;
    private final InstantSource clock;
    private final Map<InetAddress, Suppressed> byAddress = new HashMap<>();
    private long suppressedForOthers;

    RejectLog(Journal journal, InstantSource clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /// @param loggedAt when the last line for the address was logged
    /// @param count number of rejections since that line
    /// @param last reply to the last rejected connection
    private record Suppressed(Instant loggedAt, long count, Reply last) {}

    synchronized void rejected(InetAddress client, Reply reply) {
        Suppressed suppressed = byAddress.get(client);
        if (suppressed != null) {
            byAddress.put(client, new Suppressed(suppressed.loggedAt, suppressed.count + 1, reply));
        } else if (byAddress.size() < MAX_ADDRESSES) {
            journal.record(new Rejected(client, "", null, null, reply));
            byAddress.put(client, new Suppressed(clock.instant(), 0, reply));
        } else {
            suppressedForOthers++;
        }
    }

    /// Logs suppressed rejections. Call this every [#INTERVAL].
    synchronized void flush() {
        Instant due = clock.instant().minus(INTERVAL);
        byAddress
                .entrySet()
                .removeIf(entry -> entry.getValue().count == 0
                        && !entry.getValue().loggedAt.isAfter(due));
        byAddress.replaceAll((client, suppressed) ->
                suppressed.loggedAt.isAfter(due) ? suppressed : logSuppressed(client, suppressed));
        if (suppressedForOthers > 0) {
            log.warn(
                    "rejected {} more connections from other addresses; only {} addresses are logged individually",
                    suppressedForOthers,
                    MAX_ADDRESSES);
            suppressedForOthers = 0;
        }
    }

    private Suppressed logSuppressed(InetAddress client, Suppressed suppressed) {
        Reply last = suppressed.last;
        String text = "%s (%d times since the last log line)".formatted(last.text(), suppressed.count);
        journal.record(
                new Rejected(client, "", null, null, Reply.of(last.code(), String.valueOf(last.status()), text)));
        return new Suppressed(clock.instant(), 0, last);
    }
}
