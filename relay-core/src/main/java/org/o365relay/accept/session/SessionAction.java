package org.o365relay.accept.session;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Reply;

/// What the connection must do after a command line.
public sealed interface SessionAction {

    /// Send the reply and read the next command.
    record Send(Reply reply) implements SessionAction {}

    /// Send the reply and read one line that is a response, not a command (RFC 4954 §4).
    record SendAndReadLine(Reply reply) implements SessionAction {

        /// Maximum length of a response in octets, including the line ending (RFC 4954 §4). If
        /// [SessionLimits#commandLine] is greater, that limit applies.
        public static final int MAX_LINE = 12_288;
    }

    /// Send the reply, if any, and pass the octets that follow to the [MessageReceiver].
    ///
    /// @param reply reply that requests the content; null for a BDAT chunk, which follows without one
    ///     (RFC 3030 §2)
    record ReadContent(@Nullable Reply reply) implements SessionAction {}

    /// Send the reply and start TLS (RFC 3207).
    record StartTls(Reply reply) implements SessionAction {}

    /// Wait for the next action without reading more input, then perform it.
    ///
    /// @param action completed on any thread, never exceptionally
    record Await(CompletableFuture<SessionAction> action) implements SessionAction {}

    /// Send the reply and close the connection.
    record SendAndClose(Reply reply) implements SessionAction {}
}
