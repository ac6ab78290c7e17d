package org.o365relay.mail;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The changes to the header of a message that the rewriting rules decided on when it was received. Stored with
/// the message, so that they are the same at every delivery attempt.
///
/// @param fromName template for the display name in `From`; null to keep that of the mailbox's settings
/// @param replyTo address in `Reply-To`; null to keep the one that it would have without rules
/// @param subjectPrefix text before the subject; null for none
/// @param redirected the first recipients that were redirected to the recipient of this message, at most
///     [#MAX_REDIRECTED]; empty if none was
/// @param moreRedirected number of other recipients that were redirected
public record HeaderChanges(
        @Nullable String fromName,
        @Nullable EmailAddress replyTo,
        @Nullable String subjectPrefix,
        List<EmailAddress> redirected,
        int moreRedirected) {

    /// Maximum number that is shown and stored with the message.
    public static final int MAX_REDIRECTED = 50;

    public static final HeaderChanges NONE = new HeaderChanges(null, null, null, List.of(), 0);

    public HeaderChanges {
        redirected = List.copyOf(redirected);
    }

    public HeaderChanges withFromName(String template) {
        return new HeaderChanges(template, replyTo, subjectPrefix, redirected, moreRedirected);
    }

    public HeaderChanges withReplyTo(EmailAddress address) {
        return new HeaderChanges(fromName, address, subjectPrefix, redirected, moreRedirected);
    }

    public HeaderChanges withSubjectPrefix(String prefix) {
        return new HeaderChanges(fromName, replyTo, prefix, redirected, moreRedirected);
    }

    /// @param recipients all recipients that were redirected
    public HeaderChanges withRedirected(List<EmailAddress> recipients) {
        int shown = Math.min(recipients.size(), MAX_REDIRECTED);
        return new HeaderChanges(
                fromName, replyTo, subjectPrefix, recipients.subList(0, shown), recipients.size() - shown);
    }
}
