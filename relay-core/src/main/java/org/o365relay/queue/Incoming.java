package org.o365relay.queue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;

/// A message being received into the queue. Must be used by only one thread; no method blocks.
///
/// A small message needs only a [#commit]; a large one needs any number of [#append]s followed by a commit.
/// Each append must complete before the next begins. Without a commit or [#abandon], appended chunks are
/// deleted when the queue is next opened.
public interface Incoming {

    /// Maximum size of a chunk in octets.
    int CHUNK_SIZE = 128 * 1024;

    /// @return the ID of the message
    QueueId id();

    /// @return octets received so far
    long size();

    /// Writes a chunk of a large message to disk.
    ///
    /// @param chunk the chunk, 1 to [#CHUNK_SIZE] octets; not copied
    /// @return a future that is completed on the writer's thread once the chunk is on disk, or exceptionally,
    ///     with a [QueueException], if it could not be written
    CompletableFuture<QueueId> append(byte[] chunk);

    /// Commits the message: one queue message for each part; the parts share the content.
    ///
    /// @param parts the envelopes of the parts with their routes, at least one
    /// @param headers the header fields that operators can search for, and the fingerprint of the content
    /// @param last the remaining content, 0 to [#CHUNK_SIZE] octets; not copied
    /// @return the IDs of the parts, [#id()] first, in a future that is completed on the writer's thread once
    ///     all parts are on disk (only then may a 250 be sent), or exceptionally, with a [QueueException], if
    ///     nothing was committed
    CompletableFuture<List<QueueId>> commit(
            Arrival arrival, List<RoutedEnvelope> parts, SearchableHeaders headers, byte[] last);

    /// Returns the Message-ID that is sent instead of the message's own, because an earlier message with other
    /// content has the same. Call this only after [#commit] has completed.
    ///
    /// @return the new Message-ID; empty if the message keeps its own, or has none
    Optional<String> newMessageId();

    /// Deletes the appended chunks.
    ///
    /// @return a future that is completed once the chunks are deleted, or exceptionally, with a
    ///     [QueueException], if not all of them could be deleted
    CompletableFuture<QueueId> abandon();
}
