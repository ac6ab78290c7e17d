package org.o365relay.mail;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the rewriting rules decided about a message when it was received: changes to its header, and the
/// recipient that they added. Stored with the message, so that it is the same at every delivery attempt.
///
/// @param fromName template for the display name in `From`; null to keep that of the mailbox's settings
/// @param replyTo address in `Reply-To`; null to keep the one that it would have without rules
/// @param subjectPrefix text before the subject; null for none
/// @param redirected the first recipients that were redirected to the recipient of this message, at most
///     [#MAX_REDIRECTED]; empty if none was
/// @param moreRedirected number of other recipients that were redirected
/// @param addedRecipient recipient of this message that the rules added, and of which the sender does not know;
///     null for none
public record HeaderChanges(
        @Nullable String fromName,
        @Nullable EmailAddress replyTo,
        @Nullable String subjectPrefix,
        List<EmailAddress> redirected,
        int moreRedirected,
        @Nullable EmailAddress addedRecipient) {

    /// Maximum number that is shown and stored with the message.
    public static final int MAX_REDIRECTED = 50;

    public static final HeaderChanges NONE = new HeaderChanges(null, null, null, List.of(), 0, null);

    public HeaderChanges {
        redirected = List.copyOf(redirected);
    }

    public HeaderChanges withFromName(String template) {
        return new HeaderChanges(template, replyTo, subjectPrefix, redirected, moreRedirected, addedRecipient);
    }

    public HeaderChanges withReplyTo(EmailAddress address) {
        return new HeaderChanges(fromName, address, subjectPrefix, redirected, moreRedirected, addedRecipient);
    }

    public HeaderChanges withSubjectPrefix(String prefix) {
        return new HeaderChanges(fromName, replyTo, prefix, redirected, moreRedirected, addedRecipient);
    }

    /// @param recipients all recipients that were redirected
    public HeaderChanges withRedirected(List<EmailAddress> recipients) {
        int shown = Math.min(recipients.size(), MAX_REDIRECTED);
        return new HeaderChanges(
                fromName,
                replyTo,
                subjectPrefix,
                recipients.subList(0, shown),
                recipients.size() - shown,
                addedRecipient);
    }

    /// @param address the recipient that the rules added; null for none
    public HeaderChanges withAddedRecipient(@Nullable EmailAddress address) {
        return new HeaderChanges(fromName, replyTo, subjectPrefix, redirected, moreRedirected, address);
    }
}
