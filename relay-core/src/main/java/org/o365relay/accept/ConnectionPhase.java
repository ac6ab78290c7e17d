package org.o365relay.accept;

/// What an [SmtpConnection] does with its input.
enum ConnectionPhase {
    COMMAND,
    /// A line is too long, and the rest of it is skipped.
    SKIPPED_LINE,
    /// Content is read: up to the final dot, or one BDAT chunk.
    CONTENT,
    /// A queue write or a password check has not finished; input is not processed.
    WAITING,
    /// The session has ended; input is discarded.
    CLOSING
}
