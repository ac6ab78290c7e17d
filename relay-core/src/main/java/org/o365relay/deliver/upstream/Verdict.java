package org.o365relay.deliver.upstream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;

/// The meaning of a response: its outcome and what it applies to. Only `FailurePolicy` makes one.
///
/// @param response what the upstream said
/// @param outcome outcome for the recipient; [Outcome.Failed] only if the scope is the recipient or the message
/// @param scope what the outcome applies to
/// @param name name of the reply in the catalogue (`basic-auth-retired`); empty if unknown
/// @param cause cause in plain words; empty if delivered
/// @param advice advice for the admin; may be empty
/// @param probeAfter delay of the probes; null for the usual schedule
public record Verdict(
        Response response,
        Outcome outcome,
        Scope scope,
        String name,
        String cause,
        String advice,
        @Nullable Duration probeAfter) {

    /// @return a copy with another scope and outcome
    public Verdict withScope(Scope other, Outcome then) {
        return new Verdict(response, then, other, name, cause, advice, probeAfter);
    }

    /// @return a copy with another name
    public Verdict withName(String reason) {
        return new Verdict(response, outcome, scope, reason, cause, advice, probeAfter);
    }

    /// @return a copy that defers
    public Verdict deferred() {
        return withScope(scope, new Deferred(response.reply()));
    }

    public boolean isDelivered() {
        return outcome instanceof Delivered;
    }

    /// @return whether the response is a reply of the upstream, not of the network or the relay
    public boolean isFromUpstream() {
        return response.origin() == Origin.UPSTREAM || response.origin() == Origin.GRAPH;
    }

    /// @return whether the attempt failed before MAIL, so that the message cannot be the cause
    public boolean isBeforeMail() {
        return response.step().compareTo(Step.MAIL) < 0
                && response.origin() != Origin.RELAY
                && outcome instanceof Deferred;
    }

    /// @return whether the upstream processed the recipient beyond RCPT
    public boolean isPastRcpt() {
        return response.step().compareTo(Step.RCPT) > 0 && response.origin() != Origin.RELAY;
    }

    /// @return whether the upstream or the mailbox is at fault, not the message
    public boolean isUpstreamFault() {
        return switch (scope) {
            case CONNECTIONS, UPSTREAM, MAILBOX -> true;
            case RECIPIENT, MESSAGE, AUTHOR -> isBeforeMail();
        };
    }

    /// @return whether the reply is about the upstream or mailbox but may be caused by the message, as is possible
    ///     for any reply to RCPT or a later command
    public boolean isAmbiguous() {
        return (scope == Scope.UPSTREAM || scope == Scope.MAILBOX)
                && response.step().compareTo(Step.RCPT) >= 0
                && isFromUpstream();
    }

    /// @return whether the connection was lost or the upstream failed at MAIL or later
    public boolean isTransactionFailure() {
        boolean failed = response.origin() == Origin.NETWORK
                || (response.origin() == Origin.GRAPH && response.reply().category() == 5);
        return failed && response.step().compareTo(Step.MAIL) >= 0 && outcome instanceof Deferred && !isUpstreamFault();
    }

    /// @return name of the reply in the catalogue, or of a `GeneralReason` of a notice
    public String reason() {
        if (!name.isEmpty()) {
            return name;
        }
        return switch (response.origin()) {
            case UPSTREAM, GRAPH -> "unknown-reply";
            case NETWORK -> "unreachable";
            case TLS -> "tls";
            case SIGN_IN -> "sign-in";
            case RELAY -> "relay";
        };
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
