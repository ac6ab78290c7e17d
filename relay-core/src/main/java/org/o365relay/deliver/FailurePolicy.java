package org.o365relay.deliver;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Verdict.Scope;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.KnownReply.Kind;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplySource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Reply;

/// The one place where a response becomes an outcome and a scope.
///
/// What Microsoft 365 is known to say is looked up first, by enhanced code, error code and text. For the rest:
///
/// - before MAIL nothing is about a message, and the sender that MAIL names is always the mailbox: a refusal
///   there closes the road, unless it is about size or content;
/// - a lost connection, a name that is not found and every 4xx defer;
/// - an upstream that asks for a rest is left alone for as long, which is nobody's fault;
/// - trouble with TLS or with the token closes the road: mail is safe in the queue, and only the admin can set
///   it right;
/// - a 5xx of SMTP fails the recipient at RCPT, the message after it; of Graph's answers those that are about the
///   request (4xx) fail the message, those about the mailbox close the road;
/// - what Graph says of a draft or an upload is about that one large message, and small ones may go: it never
///   closes anything, and fails the message only if it is known to mean that.
public final class FailurePolicy {

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY_REQUESTS = 429;

    // Timeout, Conflict, Locked, Too Early: 4xx that pass by themselves
    private static final Set<Integer> PASSING = Set.of(408, 409, 423, 425);

    private final EmailAddress mailbox;
    private final ReplyCatalogue catalogue;

    /// Judges by [ReplyCatalogue#microsoft365()].
    ///
    /// @param mailbox named in the advice
    public FailurePolicy(EmailAddress mailbox) {
        this(mailbox, ReplyCatalogue.microsoft365());
    }

    /// @param mailbox named in the advice
    public FailurePolicy(EmailAddress mailbox, ReplyCatalogue catalogue) {
        this.mailbox = mailbox;
        this.catalogue = catalogue;
    }

    /// @param alias whether the message went out under an author of the send-as list instead of the mailbox
    /// @return what the response means; the outcome carries the response's reply
    public Verdict judge(Response response, boolean alias) {
        return switch (response.origin()) {
            case UPSTREAM -> {
                boolean taken = response.step() == Step.END_OF_CONTENT
                        && response.reply().category() == 2;
                yield taken ? delivered(response) : known(ReplySource.SMTP, response, alias);
            }
            case GRAPH ->
                response.reply().code() == 202 ? delivered(response) : known(ReplySource.GRAPH, response, alias);
            case SIGN_IN -> known(ReplySource.SIGN_IN, response, alias);
            case NETWORK ->
                deferred(response.reply(), Scope.MESSAGE, "the upstream could not be reached or was lost", "");
            case TLS ->
                suspended(
                        response.reply(),
                        "the connection to the upstream cannot be made secure",
                        "See that upstream.host is the name in the server's certificate, and that nothing in between (a"
                                + " firewall, a virus scanner) opens TLS; a private authority goes into"
                                + " upstream.trusted-certificates.");
            case RELAY -> judgeOwn(response);
        };
    }

    /// Others of the same attempt got further: what was said to this recipient is about nobody else. It is final,
    /// if it is a refusal and does not end with time, such as a quota.
    static Verdict recipientAtFault(Response response, Verdict verdict) {
        Reply reply = response.reply();
        boolean never = reply.category() == 5 && verdict.probeAfter() == null;
        return verdict.withScope(Scope.RECIPIENT, never ? new Outcome.Failed(reply) : new Outcome.Deferred(reply));
    }

    /// Other messages are served: what was said is about this one. To be tried again, and given up in the end.
    static Verdict messageAtFault(Response response, Verdict verdict) {
        return verdict.withScope(scopeOf(response), verdict.outcome());
    }

    private Verdict known(ReplySource speaker, Response response, boolean alias) {
        return catalogue
                .find(speaker, response.reply())
                .map(known -> judgeKnown(response, known, alias))
                .orElseGet(() -> judgeUnknown(speaker, response));
    }

    private Verdict judgeKnown(Response response, KnownReply known, boolean alias) {
        Scope scope = scope(response, known.kind(), alias);
        boolean never = known.kind() == Kind.PERMANENT && (scope == Scope.RECIPIENT || scope == Scope.MESSAGE);
        Reply reply = response.reply();
        Outcome outcome = never ? new Outcome.Failed(reply) : new Outcome.Deferred(reply);
        return new Verdict(
                outcome, scope, known.name(), known.cause(), known.adviceFor(mailbox), probe(response, known));
    }

    private static @Nullable Duration probe(Response response, KnownReply known) {
        boolean ofRoad = known.kind() == Kind.UPSTREAM;
        return ofRoad && response.retryAfter() != null ? response.retryAfter() : known.probe();
    }

    private static Scope scope(Response response, Kind kind, boolean alias) {
        return switch (kind) {
            case THROTTLED -> Scope.MAILBOX;
            case MAILBOX -> isAboutDraft(response) ? Scope.MESSAGE : Scope.MAILBOX;
            case UPSTREAM -> isAboutDraft(response) ? Scope.MESSAGE : Scope.UPSTREAM;
            case CONNECTIONS -> Scope.CONNECTIONS;
            case AUTHOR -> alias ? Scope.AUTHOR : scope(response, Kind.MAILBOX, false);
            case TRANSIENT -> scopeOf(response);
            case PERMANENT -> isAboutUpstream(response) ? Scope.UPSTREAM : scopeOf(response);
        };
    }

    private Verdict judgeUnknown(ReplySource speaker, Response response) {
        return switch (speaker) {
            case SMTP -> judgeUnknownReply(response);
            case SIGN_IN ->
                suspended(
                        response.reply(),
                        "the sign-in service gives no token",
                        "Compare tenant, client-id and secret or certificate of " + mailbox
                                + " with Entra admin center > App registrations; \"bin/o365-relay check\" shows more.");
            case GRAPH -> judgeUnknownOfGraph(response);
        };
    }

    private Verdict judgeUnknownReply(Response response) {
        Reply reply = response.reply();
        if (reply.category() == 4) {
            return deferred(reply, scopeOf(response), "the upstream cannot take it now", "");
        }
        if (response.step() == Step.RCPT && isTooManyRecipients(reply)) {
            return deferred(reply, Scope.RECIPIENT, "more recipients than the server takes at once", "");
        }
        if (reply.category() != 5) {
            return deferred(reply, Scope.MESSAGE, "the upstream gave a reply that makes no sense here", "");
        }
        // RFC 4954 §6: 530 and 535 are about signing in wherever they turn up
        if (response.step() == Step.AUTH || reply.code() == 530 || reply.code() == 535) {
            return suspended(
                    reply,
                    "the upstream does not let the relay sign in",
                    "Check user name and password of " + mailbox + ", and that it may use SMTP AUTH.");
        }
        return isAboutUpstream(response)
                ? suspended(reply, "the upstream turns the relay away", "Check upstream.host and upstream.port.")
                : failed(response, "the upstream refuses it", "");
    }

    private Verdict judgeUnknownOfGraph(Response response) {
        Reply reply = response.reply();
        if (isAboutDraft(response)) {
            return deferred(
                    reply,
                    Scope.MESSAGE,
                    "Microsoft Graph does not take the draft that a large message needs",
                    "If it goes on, let large messages go by SMTP: put it before graph (upstream, fallback).");
        }
        return switch (reply.code()) {
            case UNAUTHORIZED, FORBIDDEN, NOT_FOUND ->
                suspended(
                        reply,
                        "Microsoft Graph does not let the relay send as this mailbox",
                        "Check that the app has Mail.Send (Application) with admin consent, and that " + mailbox
                                + " is a mailbox in Exchange Online.");
            default ->
                reply.category() == 4 && !PASSING.contains(reply.code()) && !isAboutUpstream(response)
                        ? failed(response, "Microsoft Graph refuses it", "")
                        : deferred(reply, Scope.MESSAGE, "Microsoft Graph cannot take it now", "");
        };
    }

    private Verdict judgeOwn(Response response) {
        if (response.retryAfter() != null) {
            return new Verdict(
                    new Outcome.Deferred(response.reply()),
                    Scope.UPSTREAM,
                    "",
                    "the upstream has asked to be left alone for a while",
                    "It passes by itself; see what else uses " + mailbox + ".",
                    response.retryAfter());
        }
        if (isAboutUpstream(response)) {
            return suspended(response.reply(), response.reply().text(), "Check the upstream and the credential.");
        }
        return response.reply().category() == 5
                ? failed(response, response.reply().text(), "")
                : deferred(response.reply(), scopeOf(response), response.reply().text(), "");
    }

    /// Until MAIL has been taken, only its SIZE and SMTPUTF8 are about the message.
    private static boolean isAboutUpstream(Response response) {
        boolean beforeRcpt = response.step().compareTo(Step.RCPT) < 0;
        return beforeRcpt && !(response.step() == Step.MAIL && isAboutContent(response.reply()));
    }

    /// Too many requests are too many, whatever they are about.
    private static boolean isAboutDraft(Response response) {
        return response.origin() == Origin.GRAPH
                && response.step() == Step.CONTENT
                && response.reply().code() != TOO_MANY_REQUESTS;
    }

    // RFC 5321 §4.5.3.1.10: a 552 of old servers means 452, unless it says what else it means
    private static boolean isTooManyRecipients(Reply reply) {
        EnhancedStatus status = reply.status();
        return reply.code() == 552 && (status == null || status.equals(EnhancedStatus.of("5.5.3")));
    }

    // RFC 1870 §6.1, RFC 3463 §3.4 and §3.7
    private static boolean isAboutContent(Reply reply) {
        EnhancedStatus status = reply.status();
        return reply.code() == 552 || (status != null && (status.subject() == 3 || status.subject() == 6));
    }

    private static Scope scopeOf(Response response) {
        return response.step() == Step.RCPT ? Scope.RECIPIENT : Scope.MESSAGE;
    }

    private static Verdict delivered(Response response) {
        return new Verdict(new Outcome.Delivered(response.reply()), scopeOf(response), "", "", "", null);
    }

    private static Verdict deferred(Reply reply, Scope scope, String cause, String advice) {
        return new Verdict(new Outcome.Deferred(reply), scope, "", cause, advice, null);
    }

    private static Verdict suspended(Reply reply, String cause, String advice) {
        return deferred(reply, Scope.UPSTREAM, cause, advice);
    }

    private static Verdict failed(Response response, String cause, String advice) {
        return new Verdict(new Outcome.Failed(response.reply()), scopeOf(response), "", cause, advice, null);
    }
}
