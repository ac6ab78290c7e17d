package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;

/// A message on its way into the queue. Used by one thread; none of its methods blocks.
///
/// A small message is one [#commit]. A large one is any number of [#append]s before it, each completed before
/// the next is begun. If neither commit nor [#abandon] comes, what was appended is swept at the next start.
public final class Incoming {

    /// The largest chunk in octets.
    public static final int CHUNK_SIZE = 128 * 1024;

    private final Committer committer;
    private final Signals arrivals;
    private final QueueId id;
    private final Supplier<QueueId> others;
    private final Instant startedAt;
    private int chunks;
    private long size;

    /// @param others gives ids to further parts
    Incoming(Committer committer, Signals arrivals, QueueId id, Supplier<QueueId> others, Instant startedAt) {
        this.committer = committer;
        this.arrivals = arrivals;
        this.id = id;
        this.others = others;
        this.startedAt = startedAt;
    }

    /// @return what the message is called from now on
    public QueueId id() {
        return id;
    }

    /// @return octets so far
    public long size() {
        return size;
    }

    /// Puts a piece of a large message on disk.
    ///
    /// @param chunk 1 to [#CHUNK_SIZE] octets; not copied
    /// @return completed on the writer's thread; exceptionally, with a [QueueException], if it is not on disk
    public CompletableFuture<QueueId> append(byte[] chunk) {
        int ordinal = chunks++;
        size += chunk.length;
        return committer.submit(statements -> {
            if (ordinal == 0) {
                statements
                        .with("insert-incoming", id.value(), startedAt.toEpochMilli())
                        .executeUpdate();
            }
            MessageTables.insertChunk(statements, id, ordinal, chunk);
            return id;
        });
    }

    /// As [#commit(Arrival, List, Headline, byte[])], of a message of whose header nothing is known.
    public CompletableFuture<List<QueueId>> commit(Arrival arrival, List<RoutedEnvelope> parts, byte[] last) {
        return commit(arrival, parts, SearchableHeaders.NONE, last);
    }

    /// Makes it a message, or as many messages as there are parts: one for each, with a content that they
    /// share.
    ///
    /// @param parts at least one
    /// @param headline what is in its header, for whoever looks for it
    /// @param last what has not been appended, at most [#CHUNK_SIZE] octets, possibly none; not copied
    /// @return what the parts are called, the first one [#id()]; completed on the writer's thread once they are
    ///     all on disk, and only then may anybody say 250; exceptionally, with a [QueueException], if there is
    ///     none
    public CompletableFuture<List<QueueId>> commit(
            Arrival arrival, List<RoutedEnvelope> parts, SearchableHeaders headline, byte[] last) {
        int ordinal = chunks++;
        size += last.length;
        long whole = size;
        List<QueueId> ids = ids(parts.size());
        return committer
                .submit(statements -> {
                    for (int i = 0; i < parts.size(); i++) {
                        MessageTables.insertMessage(statements, ids.get(i), id, arrival, parts.get(i), headline, whole, false);
                    }
                    MessageTables.insertChunk(statements, id, ordinal, last);
                    if (ordinal > 0) {
                        statements.with("delete-incoming", id.value()).executeUpdate();
                    }
                    return ids;
                })
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        parts.forEach(part -> arrivals.raise(part.route()));
                    }
                });
    }

    private List<QueueId> ids(int parts) {
        return parts == 1
                ? List.of(id)
                : Stream.concat(Stream.of(id), Stream.generate(others).limit(parts - 1L))
                        .toList();
    }

    /// Takes back what was appended.
    public CompletableFuture<QueueId> abandon() {
        if (chunks == 0) {
            return CompletableFuture.completedFuture(id);
        }
        return committer.submit(statements -> {
            statements.with("delete-chunks", id.value()).executeUpdate();
            statements.with("delete-incoming", id.value()).executeUpdate();
            return id;
        });
    }
}
