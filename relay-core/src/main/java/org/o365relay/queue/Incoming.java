package org.o365relay.queue;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;

/// A message on its way into the queue. Used by one thread; none of its methods blocks.
///
/// A small message is one [#commit]. A large one is any number of [#append]s before it, each completed before
/// the next is begun. If neither commit nor [#abandon] comes, what was appended is swept at the next start.
public final class Incoming {

    /// The largest chunk in octets.
    public static final int CHUNK_SIZE = 128 * 1024;

    private final Committer committer;
    private final Signal arrivals;
    private final QueueId id;
    private final Instant startedAt;
    private int chunks;
    private long size;

    Incoming(Committer committer, Signal arrivals, QueueId id, Instant startedAt) {
        this.committer = committer;
        this.arrivals = arrivals;
        this.id = id;
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
            Tables.insertChunk(statements, id, ordinal, chunk);
            return id;
        });
    }

    /// Makes it a message.
    ///
    /// @param last what has not been appended, at most [#CHUNK_SIZE] octets, possibly none; not copied
    /// @return completed on the writer's thread once the whole message is on disk, and only then may anybody
    ///     say 250; exceptionally, with a [QueueException], if there is no message
    public CompletableFuture<QueueId> commit(Arrival arrival, Envelope envelope, byte[] last) {
        int ordinal = chunks++;
        size += last.length;
        long whole = size;
        return committer
                .submit(statements -> {
                    Tables.insertMessage(statements, id, arrival, envelope, whole, false);
                    Tables.insertChunk(statements, id, ordinal, last);
                    if (ordinal > 0) {
                        statements.with("delete-incoming", id.value()).executeUpdate();
                    }
                    return id;
                })
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        arrivals.raise();
                    }
                });
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
