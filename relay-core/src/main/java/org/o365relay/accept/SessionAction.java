package org.o365relay.accept;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Reply;

/// What the session wants done after a command.
sealed interface SessionAction {

    /// Say it and read the next command.
    record Send(Reply reply) implements SessionAction {}

    /// Say it and read one line that is no command, for the session (RFC 4954 §4).
    record SendAndReadLine(Reply reply) implements SessionAction {}

    /// Say it and read content up to the final dot.
    record ReadContent(Reply reply) implements SessionAction {}

    /// Read so many octets of content (RFC 3030 §2), and say something after them.
    ///
    /// @param size 0 or more
    /// @param last whether the message ends with them
    /// @param refusal to be said after the octets, which are thrown away; null to keep them
    record ReadChunk(long size, boolean last, @Nullable Reply refusal) implements SessionAction {}

    /// Say it and go on in TLS (RFC 3207).
    record StartTls(Reply reply) implements SessionAction {}

    /// The answer takes a while; nothing more is read until it is there.
    ///
    /// @param action completed on any thread, never exceptionally
    record Await(CompletableFuture<SessionAction> action) implements SessionAction {}

    /// Say it and close the connection.
    record SendAndClose(Reply reply) implements SessionAction {}
}
