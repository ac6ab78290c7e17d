package org.o365relay.mail;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DsnRequest.NotifyCondition;

/// The envelope of a message: the data from MAIL and RCPT (RFC 5321 §2.3.1).
///
/// @param sender the reverse-path; null for the null sender `<>`; may be unqualified (`root`)
/// @param recipients at least one, each qualified, in the order given; duplicates are dropped
/// @param smtpUtf8 whether the message requires SMTPUTF8 (RFC 6531 §3.4)
/// @param body the BODY parameter
/// @param dsnRequest DSN parameters; for a repeated recipient, those of its first RCPT
/// @param changes what the rewriting rules decided
public record Envelope(
        @Nullable EmailAddress sender,
        List<EmailAddress> recipients,
        boolean smtpUtf8,
        BodyType body,
        DsnRequest dsnRequest,
        HeaderChanges changes) {

    public Envelope {
        recipients = recipients.stream().distinct().toList();
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("an envelope has at least one recipient");
        }
    }

    /// An envelope of a message that the rewriting rules do not change.
    public Envelope(
            @Nullable EmailAddress sender,
            List<EmailAddress> recipients,
            boolean smtpUtf8,
            BodyType body,
            DsnRequest dsnRequest) {
        this(sender, recipients, smtpUtf8, body, dsnRequest, HeaderChanges.NONE);
    }

    /// An envelope with 7BIT content and no DSN request.
    public Envelope(@Nullable EmailAddress sender, List<EmailAddress> recipients, boolean smtpUtf8) {
        this(sender, recipients, smtpUtf8, BodyType.SEVEN_BIT, DsnRequest.NONE);
    }

    /// @return whether the rewriting rules added this recipient
    public boolean isAdded(EmailAddress recipient) {
        return recipient.equals(changes.addedRecipient());
    }

    /// @return whether the sender wants a notice about this recipient for this condition. The sender gets none
    ///     about a recipient that the rewriting rules added
    public boolean wantsNotice(EmailAddress recipient, NotifyCondition condition) {
        return !isAdded(recipient) && dsnRequest.of(recipient).includes(condition);
    }

    /// @return the sender; empty for the null sender
    public Optional<EmailAddress> returnPath() {
        return Optional.ofNullable(sender);
    }
}
