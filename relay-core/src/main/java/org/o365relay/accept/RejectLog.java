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
/// the first time of an address at once, then at most one line in [#PAUSE], with the number of those that were
/// not told. Its memory is bounded. Safe for any number of threads.
final class RejectLog {

    static final Duration PAUSE = Duration.ofMinutes(1);

    /// How many addresses are told of within a pause; of those beyond, only their number.
    static final int MOST_ADDRESSES = 1_000;

    private static final Logger log = LoggerFactory.getLogger(RejectLog.class);

    private final Journal journal;
    private final InstantSource clock;
    private final Map<InetAddress, Untold> byAddress = new HashMap<>();
    private long untoldOfOthers;

    RejectLog(Journal journal, InstantSource clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /// @param told when
    /// @param number how many since
    /// @param last of them
    private record Untold(Instant told, long number, Reply last) {}

    synchronized void turnedAway(InetAddress client, Reply reply) {
        Untold known = byAddress.get(client);
        if (known != null) {
            byAddress.put(client, new Untold(known.told, known.number + 1, reply));
        } else if (byAddress.size() < MOST_ADDRESSES) {
            journal.rejected(client, "", null, null, reply);
            byAddress.put(client, new Untold(clock.instant(), 0, reply));
        } else {
            untoldOfOthers++;
        }
    }

    /// Tells what has not been told for long enough. To be called now and then.
    synchronized void catchUp() {
        Instant due = clock.instant().minus(PAUSE);
        byAddress
                .entrySet()
                .removeIf(entry ->
                        entry.getValue().number == 0 && !entry.getValue().told.isAfter(due));
        byAddress.replaceAll((client, untold) -> untold.told.isAfter(due) ? untold : told(client, untold));
        if (untoldOfOthers > 0) {
            log.warn("turned away {} more connections, from more than {} addresses", untoldOfOthers, MOST_ADDRESSES);
            untoldOfOthers = 0;
        }
    }

    private Untold told(InetAddress client, Untold untold) {
        Reply last = untold.last;
        String text = "%s (%d times since the last line)".formatted(last.text(), untold.number);
        journal.rejected(client, "", null, null, Reply.of(last.code(), String.valueOf(last.status()), text));
        return new Untold(clock.instant(), 0, last);
    }
}
