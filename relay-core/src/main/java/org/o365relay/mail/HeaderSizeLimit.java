package org.o365relay.mail;

/// The limit on the size of the header of a message. It is checked when a message is received and again when
/// the message is rewritten, because an older version of the relay may have queued the message without this
/// check.
public final class HeaderSizeLimit {

    /// Maximum size of the fields in octets, with their line endings and with an mbox line before them, but without
    /// the empty line after them.
    public static final int OCTETS = 1024 * 1024;

    /// The reply that rejects a message with a larger header. The codes and the beginning of the text are those that
    /// Exchange Online uses for the same error.
    public static final Reply EXCEEDED =
            Reply.of(552, "5.3.4", "Header size exceeds fixed maximum size (the relay accepts at most 1 MiB)");

    private HeaderSizeLimit() {}
}
