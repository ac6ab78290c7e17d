package org.o365relay.deliver;

import org.o365relay.mail.Outcome;

/// What a response means, and how far it reaches.
///
/// @param outcome for the recipient; never [Outcome.Failed] if the scope is the mailbox
/// @param scope what the outcome is about
/// @param cause in plain words; empty if delivered
/// @param advice what the admin can do; empty if there is nothing to do
public record Verdict(Outcome outcome, Scope scope, String cause, String advice) {

    /// What an outcome is about.
    public enum Scope {
        /// This recipient; the message's others may fare better.
        RECIPIENT,
        /// This message, for all its recipients.
        MESSAGE,
        /// Everything that leaves through the mailbox: its lane pauses, no message loses an attempt.
        MAILBOX
    }
}
