package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the journal who was turned away before saying anything, without letting anybody fill the disk with it:
/// the first time of an address at once, then at most one line in [#INTERVAL], with the number of those that were
/// not told. Its memory is bounded. Safe for any number of threads.
final class RejectLog {

    static final Duration INTERVAL = Duration.ofMinutes(1);

    /// How many addresses are told of within a pause; of those beyond, only their number.
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

    /// @param loggedAt when
    /// @param count how many since
    /// @param last of them
    private record Suppressed(Instant loggedAt, long count, Reply last) {}

    synchronized void rejected(InetAddress client, Reply reply) {
        Suppressed known = byAddress.get(client);
        if (known != null) {
            byAddress.put(client, new Suppressed(known.loggedAt, known.count + 1, reply));
        } else if (byAddress.size() < MAX_ADDRESSES) {
            journal.rejected(client, "", null, null, reply);
            byAddress.put(client, new Suppressed(clock.instant(), 0, reply));
        } else {
            suppressedForOthers++;
        }
    }

    /// Tells what has not been told for long enough. To be called now and then.
    synchronized void flush() {
        Instant due = clock.instant().minus(INTERVAL);
        byAddress
                .entrySet()
                .removeIf(entry -> entry.getValue().count == 0
                        && !entry.getValue().loggedAt.isAfter(due));
        byAddress.replaceAll((client, untold) -> untold.loggedAt.isAfter(due) ? untold : logSuppressed(client, untold));
        if (suppressedForOthers > 0) {
            log.warn(
                    "turned away {} more connections, from more than {} addresses", suppressedForOthers, MAX_ADDRESSES);
            suppressedForOthers = 0;
        }
    }

    private Suppressed logSuppressed(InetAddress client, Suppressed untold) {
        Reply last = untold.last;
        String text = "%s (%d times since the last line)".formatted(last.text(), untold.count);
        journal.rejected(client, "", null, null, Reply.of(last.code(), String.valueOf(last.status()), text));
        return new Suppressed(clock.instant(), 0, last);
    }
}
