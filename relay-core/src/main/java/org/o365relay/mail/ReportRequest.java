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
public record ReportRequest(String envelopeId, Returned returned, Map<EmailAddress, OfRecipient> recipients) {

    /// Nothing was asked.
    public static final ReportRequest NONE = new ReportRequest("", Returned.NOT_GIVEN, Map.of());

    public ReportRequest {
        recipients = Map.copyOf(recipients);
    }

    /// How much comes back.
    public enum Returned {
        NOT_GIVEN,
        FULL,
        HEADERS
    }

    /// When to tell.
    public enum Occasion {
        SUCCESS,
        FAILURE,
        DELAY
    }

    /// The wishes for one recipient.
    ///
    /// @param occasions when to tell (NOTIFY); empty for NEVER, null if it was not said: then of failures
    /// @param original whom the sender first wrote to (ORCPT); null if it was not said
    public record OfRecipient(
            @Nullable Set<Occasion> occasions, @Nullable OriginalRecipient original) {

        /// Nothing was asked.
        public static final OfRecipient NONE = new OfRecipient(null, null);

        public OfRecipient {
            occasions = occasions == null ? null : Set.copyOf(occasions);
        }

        /// @return whether the sender is to be told then
        public boolean wants(Occasion occasion) {
            return occasions == null ? occasion == Occasion.FAILURE : occasions.contains(occasion);
        }

        /// @return the same, but not to be told then; NEVER if nothing else was wanted
        public OfRecipient without(Occasion occasion) {
            if (occasions == null || !occasions.contains(occasion)) {
                return this;
            }
            Set<Occasion> others = EnumSet.copyOf(occasions);
            others.remove(occasion);
            return new OfRecipient(others, original);
        }

        /// @return whom the sender first wrote to, if it said so
        public Optional<OriginalRecipient> originalRecipient() {
            return Optional.ofNullable(original);
        }
    }

    /// @return the wishes for a recipient of the envelope
    public OfRecipient of(EmailAddress recipient) {
        return recipients.getOrDefault(recipient, OfRecipient.NONE);
    }
}
