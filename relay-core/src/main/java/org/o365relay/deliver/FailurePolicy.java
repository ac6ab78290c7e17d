package org.o365relay.deliver;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.KnownReply.Kind;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Reply;

/// Turns a response into a verdict: an outcome and a scope. Only this class does so, with the general rules of
/// [GeneralRules]; [Reattribution] changes verdicts.
///
/// Replies are first looked up in the catalogue of known replies from Microsoft 365, by code, enhanced status
/// code, error code and text. For all other replies and failures:
///
/// - up to MAIL, a 5xx reply over SMTP suspends the upstream, except a reply to MAIL that is about size,
///   content or an extension that the message needs: nothing before MAIL depends on the message, and the sender
///   in MAIL is always the mailbox;
/// - a lost connection, replies that do not follow the protocol, a name that is not found and every 4xx reply
///   over SMTP defer the message or recipient;
/// - an upstream or sign-in service that asks the relay to wait (Retry-After) is suspended for that time;
/// - a TLS failure, or a token that the sign-in service refuses, suspends the upstream: only the admin can fix
///   it, and mail is safe in the queue;
/// - a 5xx reply over SMTP that names the relay's address or sign-in, or the sender or its organization,
///   suspends the upstream at any step ([ReplySubject]);
/// - any other 5xx reply over SMTP fails the recipient at RCPT, and the message at other steps, except that a
///   refused sign-in (530, 535) suspends the upstream, a bad sequence of commands (503) defers the message,
///   and too many recipients (552 at RCPT) defer the recipient;
/// - a 4xx response from Graph fails the message only if its error code names a recipient, the content or its
///   size; it suspends the upstream if it is about the mailbox or its permissions (401, 403, 404); any other
///   defers the message, as a 5xx response does;
/// - Graph's response to a request for a draft or an upload, except 429, applies only to the large message that
///   is sent this way, unless the catalogue contains it as throttling or as a refused author: it suspends no
///   upstream, and fails the message only if the catalogue contains it as permanent;
/// - a message that the upstream cannot accept fails; `Delivery` first tries the other upstreams of the
///   mailbox.
public final class FailurePolicy {

    private final EmailAddress mailbox;
    private final CatalogueLookup catalogue;
    private final GeneralRules rules;

    /// Creates a policy with the catalogue that is included in the relay ([ReplyCatalogue#microsoft365()]).
    ///
    /// @param mailbox mailbox named in the advice
    public FailurePolicy(EmailAddress mailbox) {
        this(mailbox, ReplyCatalogue.microsoft365());
    }

    /// @param mailbox mailbox named in the advice
    public FailurePolicy(EmailAddress mailbox, ReplyCatalogue catalogue) {
        this.mailbox = mailbox;
        this.catalogue = new CatalogueLookup(catalogue);
        this.rules = new GeneralRules(mailbox);
    }

    /// @param alias whether the message was sent as its author (send-as list); false if it was sent as the
    ///     mailbox
    /// @return the verdict; its outcome contains the reply of the response
    public Verdict judge(Response response, boolean alias) {
        return switch (response.origin()) {
            case SUBMISSION, CONNECTOR -> {
                boolean accepted = response.step() == Step.END_OF_CONTENT
                        && response.reply().category() == 2;
                if (response.retryAfter() != null) {
                    yield GeneralRules.deferred(
                            response,
                            Scope.ATTEMPT,
                            "the upstream refuses mail over this IP version; the next attempt uses the other one");
                }
                yield accepted ? delivered(response) : known(response, alias);
            }
            case GRAPH -> response.reply().code() == 202 ? delivered(response) : known(response, alias);
            case SIGN_IN -> waiting(known(response, alias));
            case NDR, FOREIGN_NDR -> judgeReport(response);
            case NETWORK -> waiting(response.unconfirmed() ? known(response, alias) : rules.judge(response));
            case TLS -> judgeTls(response);
            case PROXY, RELAY, UNSUITABLE -> rules.judge(response);
        };
    }

    private Verdict known(Response response, boolean alias) {
        return catalogue
                .find(response)
                .map(known -> judgeKnown(response, known, alias))
                .orElseGet(() -> rules.judge(response));
    }

    /// A non-delivery report is final, whatever its reply would mean for an attempt.
    private Verdict judgeReport(Response response) {
        return known(response, false).withScope(Scope.RECIPIENT, new Outcome.Failed(response.reply()));
    }

    /// If the sign-in service, or a server in front of it, asked the relay to wait, the upstream is suspended
    /// for that time, because no token can be requested.
    private static Verdict waiting(Verdict verdict) {
        Duration wait = verdict.response().retryAfter();
        return wait == null
                ? verdict
                : verdict.withScope(Scope.UPSTREAM, verdict.outcome()).probedAfter(wait);
    }

    private Verdict judgeTls(Response response) {
        return catalogue
                .findTlsFailure(response)
                .map(known -> judgeKnown(response, known, false))
                .orElseGet(() -> rules.judge(response));
    }

    private Verdict judgeKnown(Response response, KnownReply known, boolean alias) {
        Scope scope = scope(response, known.kind(), alias);
        boolean permanent = known.kind() == Kind.PERMANENT && (scope == Scope.RECIPIENT || scope == Scope.MESSAGE);
        Reply reply = response.reply();
        Outcome outcome = permanent ? new Outcome.Failed(reply) : new Outcome.Deferred(reply);
        return new Verdict(
                response,
                outcome,
                scope,
                known.name(),
                known.cause(),
                known.adviceFor(mailbox),
                probe(response, known));
    }

    private static @Nullable Duration probe(Response response, KnownReply known) {
        boolean isUpstreamKind = known.kind() == Kind.UPSTREAM;
        return isUpstreamKind && response.retryAfter() != null ? response.retryAfter() : known.probe();
    }

    private static Scope scope(Response response, Kind kind, boolean alias) {
        return switch (kind) {
            case THROTTLED -> Scope.MAILBOX;
            case MAILBOX -> ResponseScope.isAboutDraft(response) ? Scope.MESSAGE : Scope.MAILBOX;
            case UPSTREAM -> ResponseScope.isAboutDraft(response) ? Scope.MESSAGE : Scope.UPSTREAM;
            case CONNECTIONS -> Scope.CONNECTIONS;
            case RATE -> Scope.RATE;
            case AUTHOR -> authorScope(response, alias);
            case TRANSIENT -> ResponseScope.of(response);
            case PERMANENT -> ResponseScope.isAboutUpstream(response) ? Scope.UPSTREAM : ResponseScope.of(response);
        };
    }

    /// Up to RCPT, the upstream has seen no author but the sender in MAIL, which is always the mailbox. An
    /// upstream that the relay does not sign in to does not know the mailbox: another upstream may accept its
    /// mail.
    private static Scope authorScope(Response response, boolean alias) {
        boolean isBeforeContent = response.step().compareTo(Step.CONTENT) < 0;
        Kind ofMailbox = response.origin() == Origin.CONNECTOR ? Kind.UPSTREAM : Kind.MAILBOX;
        return alias && !isBeforeContent ? Scope.AUTHOR : scope(response, ofMailbox, false);
    }

    private static Verdict delivered(Response response) {
        return new Verdict(
                response, new Outcome.Delivered(response.reply()), ResponseScope.of(response), "", "", "", null);
    }
}
