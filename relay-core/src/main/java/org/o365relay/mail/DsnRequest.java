package org.o365relay.mail;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The DSN parameters of a message (RFC 3461 §4).
///
/// @param envelopeId value of ENVID, printable US-ASCII; empty if absent
/// @param returned value of RET: how much of the message a failure notice contains
/// @param recipients recipients with DSN parameters
public record DsnRequest(String envelopeId, ReturnedContent returned, Map<EmailAddress, ForRecipient> recipients) {

    /// No DSN parameters.
    public static final DsnRequest NONE = new DsnRequest("", ReturnedContent.NOT_GIVEN, Map.of());

    public DsnRequest {
        recipients = Map.copyOf(recipients);
    }

    /// Values of RET: how much of the message a failure notice contains.
    public enum ReturnedContent {
        NOT_GIVEN,
        FULL,
        HEADERS
    }

    /// Conditions for notices (NOTIFY).
    public enum NotifyCondition {
        SUCCESS,
        FAILURE,
        DELAY
    }

    /// The DSN parameters of one recipient.
    ///
    /// @param conditions value of NOTIFY: empty for NEVER; null if NOTIFY is absent, which means FAILURE
    /// @param original value of ORCPT; null if absent
    public record ForRecipient(
            @Nullable Set<NotifyCondition> conditions,
            @Nullable OriginalRecipient original) {

        /// No DSN parameters.
        public static final ForRecipient NONE = new ForRecipient(null, null);

        public ForRecipient {
            conditions = conditions == null ? null : Set.copyOf(conditions);
        }

        /// @return whether the sender is to be sent a notice for this condition: because NOTIFY names it or, if
        ///     NOTIFY is absent, because it is FAILURE
        public boolean includes(NotifyCondition condition) {
            return conditions == null ? condition == NotifyCondition.FAILURE : conditions.contains(condition);
        }

        /// @return a copy without the condition, equal to NEVER if no condition remains; unchanged if NOTIFY is
        ///     absent
        public ForRecipient without(NotifyCondition condition) {
            if (conditions == null || !conditions.contains(condition)) {
                return this;
            }
            Set<NotifyCondition> others = EnumSet.copyOf(conditions);
            others.remove(condition);
            return new ForRecipient(others, original);
        }

        /// @return the value of ORCPT; empty if absent
        public Optional<OriginalRecipient> originalRecipient() {
            return Optional.ofNullable(original);
        }
    }

    /// @return the DSN parameters of this recipient
    public ForRecipient of(EmailAddress recipient) {
        return recipients.getOrDefault(recipient, ForRecipient.NONE);
    }
}
