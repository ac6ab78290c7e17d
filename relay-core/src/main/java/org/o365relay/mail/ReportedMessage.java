package org.o365relay.mail;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a notice tells about the message as the device sent it: whom to tell, and its header.
public final class ReportedMessage {

    /// How much of a header is kept, in octets.
    public static final int MAX_HEADER = 64 * 1024;

    /// The largest message that is kept whole for a notice, in octets: one piece of the queue's.
    public static final int MAX_CONTENT = 128 * 1024;

    private final @Nullable EmailAddress author;
    private final byte[] header;
    private final byte[] content;

    /// @param author the first of `From`, `Reply-To` and the envelope sender that can be reached and is not the
    ///     relay's own mailbox; null if there is none
    /// @param header the fields with CRLF line ends, without the empty line; what exceeds [#MAX_HEADER] is left
    ///     out
    public ReportedMessage(@Nullable EmailAddress author, byte[] header) {
        this(author, Arrays.copyOf(header, Math.min(header.length, MAX_HEADER)), new byte[0]);
    }

    private ReportedMessage(@Nullable EmailAddress author, byte[] header, byte[] content) {
        this.author = author;
        this.header = header;
        this.content = content;
    }

    /// @param whole the message as it was received
    /// @return the same with the whole message; without it if it is larger than [#MAX_CONTENT]
    public ReportedMessage with(byte[] whole) {
        return whole.length > MAX_CONTENT ? this : new ReportedMessage(author, header, whole.clone());
    }

    /// @return who would like to hear that the message failed
    public Optional<EmailAddress> author() {
        return Optional.ofNullable(author);
    }

    /// @return a copy of the header's octets
    public byte[] header() {
        return header.clone();
    }

    /// @return a copy of the whole message as it was received; empty if it is too large, or nobody wants it
    public byte[] content() {
        return content.clone();
    }
}
