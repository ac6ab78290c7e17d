package org.o365relay.deliver;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Outcome;

/// What a response means, and how far it reaches.
///
/// @param outcome for the recipient; [Outcome.Failed] only if the scope is the recipient or the message
/// @param scope what the outcome is about
/// @param name of the known reply (`basic-auth-retired`), by which equal ones are told; empty if it is not known
/// @param cause in plain words; empty if delivered
/// @param advice what the admin can do; empty if there is nothing to do
/// @param probeAfter how long to wait before it is tried whether the trouble is over; null for the usual time
public record Verdict(
        Outcome outcome,
        Scope scope,
        String name,
        String cause,
        String advice,
        @Nullable Duration probeAfter) {

    /// @return the same about something else
    Verdict withScope(Scope other, Outcome then) {
        return new Verdict(then, other, name, cause, advice, probeAfter);
    }

    /// @return the same for a reason of another name
    Verdict withName(String reason) {
        return new Verdict(outcome, scope, reason, cause, advice, probeAfter);
    }

    /// What an outcome is about.
    public enum Scope {
        /// This recipient; the message's others may fare better.
        RECIPIENT,
        /// This message, for all its recipients.
        MESSAGE,
        /// Every message of this author, who is another than the mailbox: it may not send as this one.
        AUTHOR,
        /// The number of connections: with fewer of them the same would have been taken.
        CONNECTIONS,
        /// Everything that takes this road; another road of the mailbox may be open. No message loses an attempt.
        UPSTREAM,
        /// Everything that leaves through the mailbox, by any road: its lane pauses, no message loses an attempt.
        MAILBOX
    }
}
