package org.o365relay.mail;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The message that a notice is about, as the device sent it (header and, if requested, content), and the
/// address for notices about it.
public final class ReportedMessage {

    /// Maximum size in octets of the header that is kept; a longer header is truncated.
    public static final int MAX_HEADER = 64 * 1024;

    /// Maximum size in octets of a message that can be included in a notice. Equals the size of one chunk in
    /// the queue.
    public static final int MAX_CONTENT = 128 * 1024;

    private final @Nullable EmailAddress noticeAddress;
    private final byte[] header;
    private final byte[] content;

    /// @param noticeAddress address for notices: the first address among `From`, `Reply-To` and the envelope
    ///     sender that is reachable and is not the sending mailbox; if the header is not available, the
    ///     envelope sender. Null if there is none
    /// @param header the header fields, without the empty line; truncated to [#MAX_HEADER] octets
    public ReportedMessage(@Nullable EmailAddress noticeAddress, byte[] header) {
        this(noticeAddress, Arrays.copyOf(header, Math.min(header.length, MAX_HEADER)), new byte[0]);
    }

    private ReportedMessage(@Nullable EmailAddress noticeAddress, byte[] header, byte[] content) {
        this.noticeAddress = noticeAddress;
        this.header = header;
        this.content = content;
    }

    /// @param whole the message as it was received
    /// @return a copy that includes the whole message; this object if the message is larger than [#MAX_CONTENT]
    public ReportedMessage with(byte[] whole) {
        return whole.length > MAX_CONTENT ? this : new ReportedMessage(noticeAddress, header, whole.clone());
    }

    /// @return the address for notices about the message; empty if there is none
    public Optional<EmailAddress> noticeAddress() {
        return Optional.ofNullable(noticeAddress);
    }

    /// @return a copy of the header's octets
    public byte[] header() {
        return header.clone();
    }

    /// @return a copy of the message as received; empty if it is too large or was not added
    public byte[] content() {
        return content.clone();
    }
}
