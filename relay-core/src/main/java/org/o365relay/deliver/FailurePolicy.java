package org.o365relay.deliver;

import java.time.Duration;
import java.util.regex.Pattern;
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
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Reply;

/// Turns a response into a verdict: an outcome and a scope. No other class does so; [Reattribution] changes verdicts.
///
/// Replies are first looked up in the catalogue of known replies from Microsoft 365, by code, enhanced status
/// code, error code and text. For all other replies and failures:
///
/// - up to MAIL, a 5xx reply over SMTP suspends the upstream, except a reply to MAIL that is about size, content or
///   an extension that the message needs: nothing before MAIL depends on the message, and the sender in MAIL is
///   always the mailbox;
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
/// - a 4xx response from Graph fails the message only if its error code names a recipient, the content or its size;
///   it suspends the upstream if it is about the mailbox or its permissions (401, 403, 404); any other defers the
///   message, as a 5xx response does;
/// - Graph's response to a request for a draft or an upload, except 429, applies only to the large message that
///   is sent this way, unless the catalogue contains it as throttling or as a refused author: it suspends no
///   upstream, and fails the message only if the catalogue contains it as permanent;
/// - a message that the upstream cannot carry fails; `Delivery` first tries the other upstreams of the mailbox.
public final class FailurePolicy {

    private static final int BAD_SEQUENCE = 503; // RFC 5321 §4.2.2

    private static final EnhancedStatus TOO_LARGE = EnhancedStatus.of("5.3.4");
    private static final EnhancedStatus INTERNATIONALIZED = EnhancedStatus.of("5.6.7");

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY_REQUESTS = 429;

    // error codes of Graph that name a recipient, the content or its size, but not a limit of the mailbox
    private static final Pattern ABOUT_MESSAGE =
            Pattern.compile("(?!\\w*(?:Limit|Quota))\\w*(?:Recipient|Mime|TooLarge|SizeExceeded)\\w*:");

    private final EmailAddress mailbox;
    private final CatalogueLookup catalogue;

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
                    yield deferred(
                            response,
                            Scope.ATTEMPT,
                            "the upstream refuses mail over this IP version; the next attempt uses the other one");
                }
                yield accepted ? delivered(response) : known(response, alias);
            }
            case GRAPH -> response.reply().code() == 202 ? delivered(response) : known(response, alias);
            case SIGN_IN -> waiting(known(response, alias));
            case NDR, FOREIGN_NDR -> judgeReport(response);
            case NETWORK -> waiting(response.unconfirmed() ? known(response, alias) : judgeNetwork(response));
            case TLS -> judgeTls(response);
            case RELAY -> judgeLocal(response);
            case UNSUITABLE -> failed(response, response.reply().text(), adviceOnUnsuitable(response));
        };
    }

    private Verdict known(Response response, boolean alias) {
        return catalogue
                .find(response)
                .map(known -> judgeKnown(response, known, alias))
                .orElseGet(() -> judgeUnknown(response));
    }

    /// A non-delivery report is final, whatever its reply would mean for an attempt.
    private Verdict judgeReport(Response response) {
        Outcome outcome = new Outcome.Failed(response.reply());
        return catalogue
                .find(response)
                .map(known -> judgeKnown(response, known, false).withScope(Scope.RECIPIENT, outcome))
                .orElseGet(
                        () -> failed(response, "the message was not delivered").withScope(Scope.RECIPIENT, outcome));
    }

    /// If the sign-in service, or a server in front of it, asked the relay to wait, the upstream is suspended for
    /// that time, because no token can be requested.
    private static Verdict waiting(Verdict verdict) {
        Duration wait = verdict.response().retryAfter();
        return wait == null
                ? verdict
                : verdict.withScope(Scope.UPSTREAM, verdict.outcome()).probedAfter(wait);
    }

    private static Verdict judgeNetwork(Response response) {
        return response.violatesProtocol()
                ? deferred(
                        response,
                        Scope.MESSAGE,
                        "the replies of the upstream do not follow the protocol",
                        "Check that upstream.host and upstream.port are those of a mail server, and that no firewall,"
                                + " proxy or virus scanner changes the connection.")
                : deferred(response, Scope.MESSAGE, "the upstream could not be reached, or the connection was lost");
    }

    private Verdict judgeTls(Response response) {
        return catalogue
                .findTlsFailure(response)
                .map(known -> judgeKnown(response, known, false))
                .orElseGet(() -> suspended(
                        response,
                        "TLS with the upstream failed",
                        "Check that upstream.host is the name in the server's certificate, and that no firewall or"
                                + " virus scanner intercepts TLS. For a private certificate authority set"
                                + " upstream.trusted-certificates."));
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
            case MAILBOX -> isAboutDraft(response) ? Scope.MESSAGE : Scope.MAILBOX;
            case UPSTREAM -> isAboutDraft(response) ? Scope.MESSAGE : Scope.UPSTREAM;
            case CONNECTIONS -> Scope.CONNECTIONS;
            case RATE -> Scope.RATE;
            case AUTHOR -> authorScope(response, alias);
            case TRANSIENT -> scopeOf(response);
            case PERMANENT -> isAboutUpstream(response) ? Scope.UPSTREAM : scopeOf(response);
        };
    }

    /// Up to RCPT, the upstream has seen no author but the sender in MAIL, which is always the mailbox. An upstream
    /// that the relay does not sign in to does not know the mailbox: another upstream may accept its mail.
    private static Scope authorScope(Response response, boolean alias) {
        boolean isBeforeContent = response.step().compareTo(Step.CONTENT) < 0;
        Kind ofMailbox = response.origin() == Origin.CONNECTOR ? Kind.UPSTREAM : Kind.MAILBOX;
        return alias && !isBeforeContent ? Scope.AUTHOR : scope(response, ofMailbox, false);
    }

    private String adviceOnUnsuitable(Response response) {
        if (INTERNATIONALIZED.equals(response.reply().status())) {
            return "Add an upstream that supports internationalized addresses (SMTPUTF8), such as Exchange Online, to"
                    + " fallback of " + mailbox + ".";
        }
        if (!TOO_LARGE.equals(response.reply().status())) {
            return "";
        }
        return response.step() == Step.MAIL // SIZE; Graph limits the content
                ? "Send smaller messages, or raise the limit of the mail server. In Exchange Online PowerShell:"
                        + " Set-Mailbox " + mailbox + " -MaxSendSize 150MB"
                : "Send smaller messages, or add an upstream that can carry larger ones (SMTP) to fallback of "
                        + mailbox + ".";
    }

    private Verdict judgeUnknown(Response response) {
        return switch (response.origin()) {
            case SIGN_IN ->
                suspended(
                        response,
                        "the sign-in service did not issue a token",
                        "Compare tenant, client-id and secret or certificate of " + mailbox
                                + " with Entra admin center > App registrations; for details run: o365-relay check."
                                + " https://login.microsoftonline.com/error explains the number after AADSTS.");
            case GRAPH -> judgeUnknownGraphResponse(response);
            case SUBMISSION, CONNECTOR, NDR, FOREIGN_NDR, NETWORK, TLS, RELAY, UNSUITABLE ->
                judgeUnknownReply(response);
        };
    }

    private Verdict judgeUnknownReply(Response response) {
        Reply reply = response.reply();
        if (reply.category() == 4) {
            return deferred(response, scopeOf(response), "the upstream temporarily refuses the message");
        }
        if (response.step() == Step.RCPT && ReplySubject.isTooManyRecipients(reply)) {
            return deferred(
                    response,
                    Scope.RECIPIENT,
                    "the upstream accepts fewer recipients per message; the others are sent in the next attempt");
        }
        if (reply.category() != 5) {
            return deferred(response, Scope.MESSAGE, "the upstream sent an unexpected reply");
        }
        // RFC 4954 §6: 530 and 535 are about authentication, whichever command they reply to
        if ((response.step() == Step.AUTH && reply.code() != BAD_SEQUENCE)
                || reply.code() == 530
                || reply.code() == 535) {
            return suspended(
                    response,
                    "sign-in to the upstream failed",
                    "Check user name and password of " + mailbox + ", and that it may use SMTP AUTH.");
        }
        if (reply.code() == BAD_SEQUENCE) {
            return deferred(response, Scope.MESSAGE, "the upstream lost track of the commands; they are sent again");
        }
        if (isAboutUpstream(response)) {
            return suspended(response, "the upstream refuses the relay", "Check upstream.host and upstream.port.");
        }
        return ReplySubject.isRelay(reply) ? refusedRelay(response) : refusedMessage(response);
    }

    private Verdict refusedRelay(Response response) {
        return suspended(
                response,
                "the upstream refuses the relay's address, its sign-in or its sender",
                "The reply tells what it refuses: check the relay's public IP address, the credential or connector, and the"
                        + " account " + mailbox + ".");
    }

    private static Verdict refusedMessage(Response response) {
        String refused = response.step() == Step.RCPT ? "recipient" : "message";
        return failed(response, "the upstream refuses the " + refused + "; only its reply tells the reason");
    }

    private Verdict judgeUnknownGraphResponse(Response response) {
        Reply reply = response.reply();
        if (isAboutDraft(response)) {
            return deferred(
                    response,
                    Scope.MESSAGE,
                    "Microsoft Graph refuses the draft that a large message needs",
                    "If this persists, send large messages by SMTP: make SMTP the upstream and graph the fallback.");
        }
        return switch (reply.code()) {
            case UNAUTHORIZED, FORBIDDEN, NOT_FOUND ->
                suspended(
                        response,
                        "Microsoft Graph does not allow the relay to send as this mailbox",
                        "Check that the app has Mail.Send (Application) with admin consent, and that " + mailbox
                                + " is a mailbox in Exchange Online.");
            default ->
                reply.category() == 4 && ABOUT_MESSAGE.matcher(reply.text()).lookingAt() && !isAboutUpstream(response)
                        ? failed(response, "Microsoft Graph refuses the message")
                        : deferred(response, Scope.MESSAGE, "Microsoft Graph temporarily refuses the message");
        };
    }

    private Verdict judgeLocal(Response response) {
        if (response.retryAfter() != null) {
            return new Verdict(
                    response,
                    new Outcome.Deferred(response.reply()),
                    Scope.UPSTREAM,
                    "",
                    "the upstream asked the relay to wait (Retry-After)",
                    "Delivery resumes automatically. Check which other programs use " + mailbox + ".",
                    response.retryAfter());
        }
        if (isAboutUpstream(response)) {
            return suspended(response, response.reply().text(), "Check the upstream and the credential.");
        }
        return response.reply().category() == 5
                ? failed(response, response.reply().text())
                : deferred(response, scopeOf(response), response.reply().text());
    }

    /// Up to MAIL, a reply is about the upstream, except a reply to MAIL that concerns size or content (SIZE,
    /// SMTPUTF8).
    private static boolean isAboutUpstream(Response response) {
        boolean beforeRcpt = response.step().compareTo(Step.RCPT) < 0;
        return beforeRcpt && !(response.step() == Step.MAIL && ReplySubject.isContent(response.reply()));
    }

    /// A 429 response applies to all requests, even if the request was for a draft.
    private static boolean isAboutDraft(Response response) {
        return response.origin() == Origin.GRAPH
                && response.step() == Step.CONTENT
                && response.reply().code() != TOO_MANY_REQUESTS;
    }

    static Scope scopeOf(Response response) {
        return response.step() == Step.RCPT ? Scope.RECIPIENT : Scope.MESSAGE;
    }

    private static Verdict delivered(Response response) {
        return new Verdict(response, new Outcome.Delivered(response.reply()), scopeOf(response), "", "", "", null);
    }

    private static Verdict deferred(Response response, Scope scope, String cause, String advice) {
        return new Verdict(response, new Outcome.Deferred(response.reply()), scope, "", cause, advice, null);
    }

    private static Verdict deferred(Response response, Scope scope, String cause) {
        return deferred(response, scope, cause, "");
    }

    private static Verdict suspended(Response response, String cause, String advice) {
        return deferred(response, Scope.UPSTREAM, cause, advice);
    }

    private static Verdict failed(Response response, String cause) {
        return failed(response, cause, "");
    }

    private static Verdict failed(Response response, String cause, String advice) {
        return new Verdict(response, new Outcome.Failed(response.reply()), scopeOf(response), "", cause, advice, null);
    }
}
