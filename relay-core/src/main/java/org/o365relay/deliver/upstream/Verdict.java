package org.o365relay.deliver.upstream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Outcome;

/// The meaning of a response: its outcome and what it applies to.
///
/// @param outcome outcome for the recipient; [Outcome.Failed] only if the scope is the recipient or the message
/// @param scope what the outcome applies to
/// @param name name of the reply in the catalogue (`basic-auth-retired`); empty if unknown
/// @param cause cause in plain words; empty if delivered
/// @param advice advice for the admin; may be empty
/// @param probeAfter delay of the probes; null for the usual schedule
public record Verdict(
        Outcome outcome,
        Scope scope,
        String name,
        String cause,
        String advice,
        @Nullable Duration probeAfter) {

    /// @return a copy with another scope and outcome
    public Verdict withScope(Scope other, Outcome then) {
        return new Verdict(then, other, name, cause, advice, probeAfter);
    }

    /// @return a copy with another name
    public Verdict withName(String reason) {
        return new Verdict(outcome, scope, reason, cause, advice, probeAfter);
    }

    /// What an outcome applies to.
    public enum Scope {
        /// This recipient only.
        RECIPIENT,
        /// This message, for all its recipients.
        MESSAGE,
        /// Every message of this author on the send-as list: the mailbox may not send as that author.
        AUTHOR,
        /// The number of connections: with fewer, the upstream would accept the message.
        CONNECTIONS,
        /// Everything sent to this upstream; a fallback may work. Does not count as an attempt.
        UPSTREAM,
        /// Everything sent through the mailbox, over any upstream: the mailbox is blocked. Does not count as an
        /// attempt.
        MAILBOX
    }
}
