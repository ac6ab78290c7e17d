package org.o365relay.daemon.cli.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;

/// Finds messages that match any of several filters, newest first and without duplicates.
final class MessageSearch {

    private MessageSearch() {}

    /// @param from [Page#next()] of the previous page; null for the first page
    /// @param limit maximum number of messages on the page
    static Page find(Control relay, List<MessageFilter> filters, @Nullable QueueId from, int limit)
            throws ControlException {
        NavigableMap<QueueId, MessageEntry> found = new TreeMap<>(Comparator.reverseOrder());
        List<QueueId> later = new ArrayList<>();
        for (MessageFilter filter : filters) {
            Page page = relay.find(filter, Page.Order.NEWEST_FIRST, from, limit);
            page.entries().forEach(entry -> found.put(entry.id(), entry));
            QueueId next = page.next();
            if (next != null) {
                later.add(next);
            }
        }
        List<MessageEntry> all = List.copyOf(found.values());
        List<MessageEntry> first = all.subList(0, Math.min(limit, all.size()));
        all.subList(first.size(), all.size()).forEach(entry -> later.add(entry.id()));
        return new Page(first, later.stream().max(Comparator.naturalOrder()).orElse(null));
    }
}
