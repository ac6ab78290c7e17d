package org.o365relay.deliver.health;

import java.util.LinkedHashMap;
import java.util.Map;
import org.o365relay.mail.QueueId;

/// Decides whether the message or its upstream is at fault when either may have caused a failure: the message
/// is at fault if the upstream has processed other messages since the message last failed, and remains at fault
/// until a failure is attributed to the upstream.
///
/// Remembers the last failure of up to 4,096 messages, in memory only.
public final class FaultAttribution {

    private static final int MAX_MESSAGES = 4096;

    private final Map<QueueId, Failure> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<QueueId, Failure> eldest) {
            return size() > MAX_MESSAGES;
        }
    };
    private long processed; // number of messages that the upstream has processed
    private boolean failureIgnored; // reset when the upstream processes a message

    /// The last failure of a message.
    ///
    /// @param processed number of messages that the upstream had processed when this one failed
    /// @param consecutiveFailures number of times this message failed since the upstream last processed any
    ///     message
    /// @param messageAtFault whether the message was at fault; reset when a later failure of any message is
    ///     attributed to the upstream
    private record Failure(long processed, int consecutiveFailures, boolean messageAtFault) {}

    /// Records that the upstream processed a message: accepted it, or permanently refused it after RCPT.
    public synchronized void processed() {
        processed++;
        failureIgnored = false;
    }

    /// @return whether the upstream has processed any message since this one last failed; false if no failure
    ///     of this message is known
    public synchronized boolean processedSince(QueueId id) {
        Failure last = failures.get(id);
        return last != null && last.processed() < processed;
    }

    /// Records a [transaction failure][org.o365relay.deliver.upstream.Verdict#isTransactionFailure] of this
    /// message. It is not attributed to the message, and the message's count of failures starts again at 1.
    public synchronized void transactionFailed(QueueId id) {
        failures.put(id, new Failure(processed, 1, false));
    }

    /// @return whether the message is at fault: the upstream has processed other messages since this one last
    ///     failed; or this one was at fault before, and since then no failure has been attributed to the
    ///     upstream and [#transactionFailed] was not called for this message
    public synchronized boolean isMessageAtFault(QueueId id) {
        return processedSince(id) || wasMessageAtFault(id);
    }

    private boolean wasMessageAtFault(QueueId id) {
        Failure last = failures.get(id);
        return last != null && last.messageAtFault();
    }

    /// Decides whether to ignore the failure of a message at fault, so that the state of the upstream does not
    /// change. One such message does not show a failure of the upstream; a second one may, if the upstream
    /// processed no message between the two failures.
    ///
    /// @param id ID of the message at fault
    /// @return whether to ignore the failure: the message was at fault before, or is the first one at fault
    ///     since the upstream last processed a message
    public synchronized boolean shouldIgnoreFailure(QueueId id) {
        if (wasMessageAtFault(id)) {
            return true;
        }
        boolean first = !failureIgnored;
        failureIgnored = true;
        return first;
    }

    /// Records a failure of the message.
    ///
    /// @return number of consecutive failures of this message, at least 1: those since the upstream last
    ///     processed any message or, if later, those since the last [#transactionFailed], which itself counts
    ///     as one
    public synchronized int failed(QueueId id, boolean messageAtFault) {
        Failure last = failures.get(id);
        int consecutiveFailures = last == null || last.processed() < processed ? 1 : last.consecutiveFailures() + 1;
        if (!messageAtFault) {
            failures.replaceAll((_, failure) -> new Failure(failure.processed(), failure.consecutiveFailures(), false));
        }
        failures.put(id, new Failure(processed, consecutiveFailures, messageAtFault));
        return consecutiveFailures;
    }
}
