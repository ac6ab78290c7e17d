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

/// A message being received into the queue. Used by one thread; no method blocks.
///
/// A small message takes one [#commit], a large one any number of [#append]s followed by a commit; each append
/// must complete before the next begins. Without a commit or [#abandon], appended chunks are deleted when the
/// queue is next opened.
public final class Incoming {

    /// The largest chunk in octets.
    public static final int CHUNK_SIZE = 128 * 1024;

    private final Committer committer;
    private final Signals signals;
    private final QueueId id;
    private final Supplier<QueueId> partIds;
    private final Instant startedAt;
    private int chunks;
    private long size;

    /// @param partIds supplies the IDs of the other parts if the message is split
    Incoming(Committer committer, Signals signals, QueueId id, Supplier<QueueId> partIds, Instant startedAt) {
        this.committer = committer;
        this.signals = signals;
        this.id = id;
        this.partIds = partIds;
        this.startedAt = startedAt;
    }

    /// @return the ID of the message
    public QueueId id() {
        return id;
    }

    /// @return octets received so far
    public long size() {
        return size;
    }

    /// Writes a chunk of a large message to disk.
    ///
    /// @param chunk 1 to [#CHUNK_SIZE] octets; not copied
    /// @return a future that is completed on the writer's thread once the chunk is on disk, or exceptionally,
    ///     with a [QueueException], if it could not be written
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

    /// Like [#commit(Arrival, List, SearchableHeaders, byte[])], without searchable headers.
    public CompletableFuture<List<QueueId>> commit(Arrival arrival, List<RoutedEnvelope> parts, byte[] last) {
        return commit(arrival, parts, SearchableHeaders.NONE, last);
    }

    /// Commits the message: one queue message for each part; the parts share the content.
    ///
    /// @param parts at least one
    /// @param headers fields that the message can be found by
    /// @param last the remaining content, 0 to [#CHUNK_SIZE] octets; not copied
    /// @return the IDs of the parts, [#id()] first, in a future that is completed on the writer's thread once
    ///     all parts are on disk (only then may a 250 be sent), or exceptionally, with a [QueueException], if
    ///     nothing was committed
    public CompletableFuture<List<QueueId>> commit(
            Arrival arrival, List<RoutedEnvelope> parts, SearchableHeaders headers, byte[] last) {
        int ordinal = chunks++;
        size += last.length;
        long total = size;
        List<QueueId> ids = ids(parts.size());
        return committer
                .submit(statements -> {
                    for (int i = 0; i < parts.size(); i++) {
                        MessageTables.insertMessage(
                                statements, ids.get(i), id, arrival, parts.get(i), headers, total, false);
                    }
                    MessageTables.insertChunk(statements, id, ordinal, last);
                    if (ordinal > 0) {
                        statements.with("delete-incoming", id.value()).executeUpdate();
                    }
                    return ids;
                })
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        parts.forEach(part -> signals.raise(part.route()));
                    }
                });
    }

    private List<QueueId> ids(int parts) {
        return parts == 1
                ? List.of(id)
                : Stream.concat(Stream.of(id), Stream.generate(partIds).limit(parts - 1L))
                        .toList();
    }

    /// Deletes the appended chunks.
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
