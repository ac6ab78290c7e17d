package org.o365relay.mail;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the sender wants to hear of its message (RFC 3461 §4).
///
/// @param envelopeId what the sender calls the message (ENVID), printable US-ASCII; empty if it did not say
/// @param returned how much of the message comes back with a failure (RET)
/// @param recipients the wishes of those recipients for whom there are any
public record DsnRequest(String envelopeId, ReturnedContent returned, Map<EmailAddress, ForRecipient> recipients) {

    /// Nothing was asked.
    public static final DsnRequest NONE = new DsnRequest("", ReturnedContent.NOT_GIVEN, Map.of());

    public DsnRequest {
        recipients = Map.copyOf(recipients);
    }

    /// How much comes back.
    public enum ReturnedContent {
        NOT_GIVEN,
        FULL,
        HEADERS
    }

    /// When to tell.
    public enum NotifyCondition {
        SUCCESS,
        FAILURE,
        DELAY
    }

    /// The wishes for one recipient.
    ///
    /// @param conditions when to tell (NOTIFY); empty for NEVER, null if it was not said: then of failures
    /// @param original whom the sender first wrote to (ORCPT); null if it was not said
    public record ForRecipient(
            @Nullable Set<NotifyCondition> conditions,
            @Nullable OriginalRecipient original) {

        /// Nothing was asked.
        public static final ForRecipient NONE = new ForRecipient(null, null);

        public ForRecipient {
            conditions = conditions == null ? null : Set.copyOf(conditions);
        }

        /// @return whether the sender is to be told then
        public boolean includes(NotifyCondition occasion) {
            return conditions == null ? occasion == NotifyCondition.FAILURE : conditions.contains(occasion);
        }

        /// @return the same, but not to be told then; NEVER if nothing else was wanted
        public ForRecipient without(NotifyCondition occasion) {
            if (conditions == null || !conditions.contains(occasion)) {
                return this;
            }
            Set<NotifyCondition> others = EnumSet.copyOf(conditions);
            others.remove(occasion);
            return new ForRecipient(others, original);
        }

        /// @return whom the sender first wrote to, if it said so
        public Optional<OriginalRecipient> originalRecipient() {
            return Optional.ofNullable(original);
        }
    }

    /// @return the wishes for a recipient of the envelope
    public ForRecipient of(EmailAddress recipient) {
        return recipients.getOrDefault(recipient, ForRecipient.NONE);
    }
}
