package org.o365relay.deliver.upstream;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;

/// The meaning of a response: its outcome, and what the outcome applies to. Only `FailurePolicy` creates
/// verdicts.
///
/// @param response the response that was classified
/// @param outcome outcome for the recipient; [Outcome.Failed] only if the scope is the recipient or the message
/// @param scope what the outcome applies to
/// @param name name of the reply in the catalogue, such as `basic-auth-retired`, or `operator` for a bounce
///     by an operator; empty if the reply is unknown
/// @param cause cause of the failure in plain words; empty if the message was delivered
/// @param advice advice for the admin; may be empty
/// @param probeAfter interval between probes; null for the configured schedule
public record Verdict(
        Response response,
        Outcome outcome,
        Scope scope,
        String name,
        String cause,
        String advice,
        @Nullable Duration probeAfter) {

    /// Name of the verdict about a message that was not sent again, because it was probably delivered.
    public static final String PROBABLY_DELIVERED = "probably-delivered";

    /// Name of the catalogue entry for all [unconfirmed][Response#unconfirmed] responses. The history records
    /// it as the reason, by which these attempts are counted.
    public static final String UNCONFIRMED = "graph-timeout";

    /// The [reason][#reason] of replies of an upstream that are not in the catalogue.
    public static final String UNKNOWN_REPLY = "unknown-reply";

    /// The [reasons][#reason] of replies and failures that are not in the catalogue.
    public static final Set<String> UNCATALOGUED_REASONS =
            Set.of(UNKNOWN_REPLY, "invalid-replies", "unreachable", "tls", "sign-in", "relay");

    /// @return a copy with another scope and outcome
    public Verdict withScope(Scope newScope, Outcome newOutcome) {
        return new Verdict(response, newOutcome, newScope, name, cause, advice, probeAfter);
    }

    /// @return a copy with this interval between probes
    public Verdict probedAfter(Duration interval) {
        return new Verdict(response, outcome, scope, name, cause, advice, interval);
    }

    /// @return a copy with another name
    public Verdict withName(String reason) {
        return new Verdict(response, outcome, scope, reason, cause, advice, probeAfter);
    }

    /// @return a copy whose outcome is deferred
    public Verdict deferred() {
        return withScope(scope, new Deferred(response.reply()));
    }

    /// @return whether the upstream may have accepted the message although the attempt failed; not if it
    ///     refused the message because of too many connections
    public boolean mayHaveArrived() {
        return response.mayHaveArrived() && scope != Scope.CONNECTIONS;
    }

    /// @return whether delivery failed because Graph repeatedly did not report whether it sent the message
    public boolean isProbablyDelivered() {
        return name.equals(PROBABLY_DELIVERED);
    }

    public boolean isDelivered() {
        return outcome instanceof Delivered;
    }

    /// @return whether the upstream accepted the message in this attempt; false if it was only found that an
    ///     earlier attempt had delivered it
    public boolean isAccepted() {
        return isDelivered() && response.step() == Step.END_OF_CONTENT;
    }

    /// @return whether the response is a reply from the upstream, over SMTP or from Graph
    public boolean isFromUpstream() {
        return response.isFromServer() || response.origin() == Origin.GRAPH;
    }

    /// @return whether the attempt failed temporarily before MAIL and outside the relay, so that the message
    ///     cannot be the cause
    public boolean isBeforeMail() {
        return response.step().compareTo(Step.MAIL) < 0 && !response.origin().isLocal() && outcome instanceof Deferred;
    }

    /// @return whether the attempt reached a step after RCPT for the recipient
    public boolean isPastRcpt() {
        return response.step().compareTo(Step.RCPT) > 0 && !response.origin().isLocal();
    }

    /// @return whether the message is not at fault: the outcome applies to the upstream, its connections, the
    ///     mailbox or this attempt only, or the attempt failed before MAIL. Such an attempt is not counted
    public boolean isUpstreamFault() {
        return switch (scope) {
            case ATTEMPT, CONNECTIONS, RATE, UPSTREAM, MAILBOX -> true;
            case RECIPIENT, MESSAGE, AUTHOR -> isBeforeMail();
        };
    }

    /// @return whether the reply applies to the upstream or mailbox, but the message may be the cause, because
    ///     the reply was to MAIL, whose parameters depend on the message, or to a later command
    public boolean isAmbiguous() {
        return (scope == Scope.UPSTREAM || scope == Scope.MAILBOX)
                && response.step().compareTo(Step.MAIL) >= 0
                && isFromUpstream();
    }

    /// @return whether the connection was lost or Graph replied 5xx, at MAIL or later, and the upstream is not
    ///     known to be at fault
    public boolean isTransactionFailure() {
        boolean failed = response.origin() == Origin.NETWORK
                || (response.origin() == Origin.GRAPH && response.reply().category() == 5);
        return failed && response.step().compareTo(Step.MAIL) >= 0 && outcome instanceof Deferred && !isUpstreamFault();
    }

    /// @return name of the reply in the catalogue or, if it is not in the catalogue, of a `GeneralReason`
    public String reason() {
        if (!name.isEmpty()) {
            return name;
        }
        return switch (response.origin()) {
            case SUBMISSION, CONNECTOR, GRAPH, NDR, FOREIGN_NDR -> UNKNOWN_REPLY;
            case NETWORK -> response.violatesProtocol() ? "invalid-replies" : "unreachable";
            case PROXY -> "unreachable";
            case TLS -> "tls";
            case SIGN_IN -> "sign-in";
            case RELAY, UNSUITABLE -> "relay";
        };
    }

    /// @return the reply with its reason and advice, for the journal
    public JudgedReply judged() {
        String given = isDelivered() ? "" : reason();
        return new JudgedReply(response.reply(), response.step().key(), given, advice);
    }

    /// What an outcome applies to.
    public enum Scope {
        /// This attempt only: neither the message nor the upstream is at fault, and another attempt may
        /// succeed. The attempt is not counted.
        ATTEMPT,
        /// This recipient only.
        RECIPIENT,
        /// This message, for all its recipients.
        MESSAGE,
        /// Every message from this author, who is on the send-as list: the mailbox has no permission to send as
        /// the author.
        AUTHOR,
        /// The number of connections: the upstream would accept the message if fewer were open. The attempt is
        /// not counted.
        CONNECTIONS,
        /// The number of messages per minute: the upstream would accept the message if fewer were sent. The
        /// attempt is not counted.
        RATE,
        /// Everything sent to this upstream; a fallback may work. The attempt is not counted.
        UPSTREAM,
        /// Everything sent through the mailbox, over any upstream: the mailbox is blocked. The attempt is not
        /// counted.
        MAILBOX
    }
}
