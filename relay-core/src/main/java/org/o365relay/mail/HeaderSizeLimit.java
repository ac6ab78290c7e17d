package org.o365relay.mail;

/// The limit on the size of the header of a message. It is checked when a message is received and again when
/// the message is rewritten, because an older version of the relay may have queued the message without this
/// check.
///
/// @param octets maximum size of the fields in octets, with their line endings and with an mbox line before them,
///     but without the empty line after them
/// @param fields maximum number of fields: each takes memory, however short it is
public record HeaderSizeLimit(int octets, int fields) {

    public static final HeaderSizeLimit RECEIVED = new HeaderSizeLimit(1024 * 1024, 10_000);

    /// The limit after rewriting: a received header and the fields added by the relay.
    public static final HeaderSizeLimit REWRITTEN = new HeaderSizeLimit(2 * RECEIVED.octets(), 2 * RECEIVED.fields());

    /// The reply that rejects a message with a larger header. The codes and the beginning of the text are those that
    /// Exchange Online uses for the same error.
    public static final Reply EXCEEDED = Reply.of(
            552, "5.3.4", "Header size exceeds fixed maximum size (the relay accepts at most 1 MiB and 10,000 fields)");
}
