package org.o365relay.deliver.health;

import java.util.LinkedHashMap;
import java.util.Map;
import org.o365relay.mail.QueueId;

/// Decides whether a failure is caused by the message or by its upstream: if the upstream has processed other
/// messages since this one failed, the message is at fault. Remembers the last 4,096 messages that failed, in
/// memory only.
public final class FaultAttribution {

    private static final int MAX_MESSAGES = 4096;

    private final Map<QueueId, FailureRecord> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<QueueId, FailureRecord> eldest) {
            return size() > MAX_MESSAGES;
        }
    };
    private long processed;
    private long upstreamFaults; // failures attributed to the upstream
    private boolean ownFaultIgnored;

    /// A failed message.
    ///
    /// @param processed number of messages that the upstream had processed by then
    /// @param inRow number of failures of this message since the upstream last processed any message
    /// @param ownFault whether the message was at fault
    /// @param upstreamFaults number of failures attributed to the upstream by then
    private record FailureRecord(long processed, int inRow, boolean ownFault, long upstreamFaults) {}

    /// Records that the upstream processed a message: accepted it, or refused it after RCPT.
    public synchronized void processed() {
        processed++;
        ownFaultIgnored = false;
    }

    /// @return whether the upstream has processed any message since this one failed; false if no failure of
    ///     this message is known
    public synchronized boolean processedSince(QueueId id) {
        FailureRecord failure = failures.get(id);
        return failure != null && failure.processed() < processed;
    }

    /// Records that the connection was lost during this message. The failure is not attributed to the message.
    public synchronized void lost(QueueId id) {
        failures.put(id, new FailureRecord(processed, 1, false, upstreamFaults));
    }

    /// @return whether the message is at fault: others have been processed since it failed, or it was at fault
    ///     before and no failure has been attributed to the upstream since then
    public synchronized boolean isOwnFault(QueueId id) {
        FailureRecord failure = failures.get(id);
        return failure != null && (failure.processed() < processed || isStillOwnFault(failure));
    }

    private boolean isStillOwnFault(FailureRecord failure) {
        return failure.ownFault() && failure.upstreamFaults() == upstreamFaults;
    }

    /// Decides whether the failure of a message at fault leaves the state of the upstream unchanged. One such
    /// message says nothing about the upstream; a second one in a row may.
    ///
    /// @param id ID of a message at fault
    /// @return whether the message was at fault before, or is the first at fault since the upstream last
    ///     processed a message
    public synchronized boolean ignoresOwnFault(QueueId id) {
        FailureRecord failure = failures.get(id);
        if (failure != null && isStillOwnFault(failure)) {
            return true;
        }
        boolean first = !ownFaultIgnored;
        ownFaultIgnored = true;
        return first;
    }

    /// Records a failure of the message.
    ///
    /// @return number of failures in a row, 1 or more
    public synchronized int failed(QueueId id, boolean ownFault) {
        FailureRecord before = failures.get(id);
        int inRow = before == null || before.processed() < processed ? 1 : before.inRow() + 1;
        if (!ownFault) {
            upstreamFaults++;
        }
        failures.put(id, new FailureRecord(processed, inRow, ownFault, upstreamFaults));
        return inRow;
    }
}
