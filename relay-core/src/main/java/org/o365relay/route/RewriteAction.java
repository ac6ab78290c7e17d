package org.o365relay.route;

import org.o365relay.mail.EmailAddress;

/// What a rewriting rule sets.
public sealed interface RewriteAction {

    RewriteKey key();

    /// @return the value as configured
    String value();

    /// Changes nothing, and keeps later rules from setting the key.
    record Keep(RewriteKey key) implements RewriteAction {

        /// The value in the configuration.
        public static final String VALUE = "none";

        @Override
        public String value() {
            return VALUE;
        }
    }

    /// Replaces the display name in `From`.
    ///
    /// @param value template with the placeholders of the mailbox's display name
    record FromName(String value) implements RewriteAction {
        @Override
        public RewriteKey key() {
            return RewriteKey.FROM_NAME;
        }
    }

    /// Replaces `Reply-To`.
    record ReplyTo(EmailAddress address) implements RewriteAction {
        @Override
        public RewriteKey key() {
            return RewriteKey.REPLY_TO;
        }

        @Override
        public String value() {
            return address.toString();
        }
    }

    /// Adds a prefix to the subject.
    record SubjectPrefix(String value) implements RewriteAction {
        @Override
        public RewriteKey key() {
            return RewriteKey.SUBJECT_PREFIX;
        }
    }

    /// Adds an envelope recipient.
    record AddRecipient(EmailAddress address) implements RewriteAction {
        @Override
        public RewriteKey key() {
            return RewriteKey.ADD_RECIPIENT;
        }

        @Override
        public String value() {
            return address.toString();
        }
    }

    /// Replaces the envelope recipients that match the rule.
    record RedirectRecipient(EmailAddress address) implements RewriteAction {
        @Override
        public RewriteKey key() {
            return RewriteKey.REDIRECT_RECIPIENT;
        }

        @Override
        public String value() {
            return address.toString();
        }
    }
}
