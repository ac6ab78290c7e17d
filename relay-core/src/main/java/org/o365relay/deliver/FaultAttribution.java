package org.o365relay.deliver;

import java.util.LinkedHashMap;
import java.util.Map;
import org.o365relay.mail.QueueId;

/// Tells the trouble of a message from the trouble of its road: has the road served anybody since it did not
/// serve this one? Remembers the last few thousand messages that missed, in memory only.
final class FaultAttribution {

    private static final int MOST = 4096;

    private final Map<QueueId, Miss> misses = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<QueueId, Miss> eldest) {
            return size() > MOST;
        }
    };
    private long served;
    private long innocent; // misses of messages that were not to blame
    private boolean tolerated;

    /// @param served how many messages the road had served by then
    /// @param inRow how often the message has missed without that anybody was served in between
    /// @param toBlame whether it was the message's own trouble
    /// @param innocent how many others had missed by then that were not to blame
    private record Miss(long served, int inRow, boolean toBlame, long innocent) {}

    /// The road has served a message.
    synchronized void served() {
        served++;
        tolerated = false;
    }

    /// @return whether a message was served since this one missed; false if it is not known to have missed
    synchronized boolean servedSince(QueueId id) {
        Miss miss = misses.get(id);
        return miss != null && miss.served() < served;
    }

    /// The message got lost on the road, which is no trouble that can be its own.
    synchronized void lost(QueueId id) {
        misses.put(id, new Miss(served, 1, false, innocent));
    }

    /// @return whether the trouble a message has now is its own: others were served since it had the same, and
    ///     from then on until another has it too
    synchronized boolean isToBlame(QueueId id) {
        Miss miss = misses.get(id);
        return miss != null && (miss.served() < served || isStillToBlame(miss));
    }

    private boolean isStillToBlame(Miss miss) {
        return miss.toBlame() && miss.innocent() == innocent;
    }

    /// One message's own trouble says nothing about the road. That of two in a row may.
    ///
    /// @param id of a message that is to blame
    /// @return whether it is known to be, or the first one since a message was served
    synchronized boolean tolerate(QueueId id) {
        Miss miss = misses.get(id);
        if (miss != null && isStillToBlame(miss)) {
            return true;
        }
        boolean first = !tolerated;
        tolerated = true;
        return first;
    }

    /// The road has not served this message.
    ///
    /// @return how often in a row, 1 or more
    synchronized int missed(QueueId id, boolean toBlame) {
        Miss before = misses.get(id);
        int inRow = before == null || before.served() < served ? 1 : before.inRow() + 1;
        if (!toBlame) {
            innocent++;
        }
        misses.put(id, new Miss(served, inRow, toBlame, innocent));
        return inRow;
    }
}
