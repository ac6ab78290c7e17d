package org.o365relay.deliver;

import java.util.LinkedHashMap;
import java.util.Map;
import org.o365relay.mail.QueueId;

/// Tells the trouble of a message from the trouble of its road: has the road served anybody since it did not
/// serve this one? Remembers the last few thousand messages that missed, in memory only.
final class FaultAttribution {

    private static final int MAX_MESSAGES = 4096;

    private final Map<QueueId, FailureRecord> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<QueueId, FailureRecord> eldest) {
            return size() > MAX_MESSAGES;
        }
    };
    private long processed;
    private long upstreamFaults; // misses of messages that were not to blame
    private boolean ownFaultIgnored;

    /// @param processed how many messages the road had served by then
    /// @param inRow how often the message has missed without that anybody was served in between
    /// @param ownFault whether it was the message's own trouble
    /// @param upstreamFaults how many others had missed by then that were not to blame
    private record FailureRecord(long processed, int inRow, boolean ownFault, long upstreamFaults) {}

    /// The road has served a message.
    synchronized void processed() {
        processed++;
        ownFaultIgnored = false;
    }

    /// @return whether a message was served since this one missed; false if it is not known to have missed
    synchronized boolean processedSince(QueueId id) {
        FailureRecord miss = failures.get(id);
        return miss != null && miss.processed() < processed;
    }

    /// The message got lost on the road, which is no trouble that can be its own.
    synchronized void lost(QueueId id) {
        failures.put(id, new FailureRecord(processed, 1, false, upstreamFaults));
    }

    /// @return whether the trouble a message has now is its own: others were served since it had the same, and
    ///     from then on until another has it too
    synchronized boolean isOwnFault(QueueId id) {
        FailureRecord miss = failures.get(id);
        return miss != null && (miss.processed() < processed || isStillOwnFault(miss));
    }

    private boolean isStillOwnFault(FailureRecord miss) {
        return miss.ownFault() && miss.upstreamFaults() == upstreamFaults;
    }

    /// One message's own trouble says nothing about the road. That of two in a row may.
    ///
    /// @param id of a message that is to blame
    /// @return whether it is known to be, or the first one since a message was served
    synchronized boolean ignoresOwnFault(QueueId id) {
        FailureRecord miss = failures.get(id);
        if (miss != null && isStillOwnFault(miss)) {
            return true;
        }
        boolean first = !ownFaultIgnored;
        ownFaultIgnored = true;
        return first;
    }

    /// The road has not served this message.
    ///
    /// @return how often in a row, 1 or more
    synchronized int failed(QueueId id, boolean toBlame) {
        FailureRecord before = failures.get(id);
        int inRow = before == null || before.processed() < processed ? 1 : before.inRow() + 1;
        if (!toBlame) {
            upstreamFaults++;
        }
        failures.put(id, new FailureRecord(processed, inRow, toBlame, upstreamFaults));
        return inRow;
    }
}
