package org.o365relay.mail;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What MAIL and RCPT said (RFC 5321 §2.3.1).
///
/// @param sender the reverse-path; null for the null sender `<>`; may be unqualified (`root`)
/// @param recipients at least one, each qualified, in the order given; a repeated one is kept once
/// @param smtpUtf8 whether the client asked for SMTPUTF8 (RFC 6531 §3.4)
/// @param body what the client said of the content's octets
/// @param dsnRequest what the client wants to hear; of a repeated recipient what it wanted at first
public record Envelope(
        @Nullable EmailAddress sender,
        List<EmailAddress> recipients,
        boolean smtpUtf8,
        BodyType body,
        DsnRequest dsnRequest) {

    public Envelope {
        recipients = recipients.stream().distinct().toList();
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("an envelope has at least one recipient");
        }
    }

    /// An envelope without wishes, for ordinary content.
    public Envelope(@Nullable EmailAddress sender, List<EmailAddress> recipients, boolean smtpUtf8) {
        this(sender, recipients, smtpUtf8, BodyType.SEVEN_BIT, DsnRequest.NONE);
    }

    /// @return the sender, empty for the null sender
    public Optional<EmailAddress> returnPath() {
        return Optional.ofNullable(sender);
    }
}
