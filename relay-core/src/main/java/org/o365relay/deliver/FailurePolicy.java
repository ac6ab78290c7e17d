package org.o365relay.deliver;

import java.util.Optional;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Verdict.Scope;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Reply;

/// The one place where a response becomes an outcome and a scope.
///
/// What Exchange Online is known to say is looked up first, by enhanced code and text. For the rest:
///
/// - before MAIL nothing is about a message, and the sender that MAIL names is always the mailbox: a refusal
///   there pauses the mailbox, unless it is about size or content;
/// - a lost connection, a name that is not found and every 4xx defer;
/// - trouble with TLS pauses the mailbox: mail is safe in the queue, and only the admin can set it right;
/// - a 5xx fails the recipient at RCPT, the message after it.
public final class FailurePolicy {

    private final EmailAddress mailbox;
    private final ReplyCatalogue catalogue;

    /// Judges by [ReplyCatalogue#exchangeOnline()].
    ///
    /// @param mailbox named in the advice
    public FailurePolicy(EmailAddress mailbox) {
        this(mailbox, ReplyCatalogue.exchangeOnline());
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
            case UPSTREAM -> judgeUpstream(response, alias);
            case NETWORK ->
                deferred(response.reply(), Scope.MESSAGE, "the upstream could not be reached or was lost", "");
            case TLS ->
                paused(
                        response.reply(),
                        "the connection to the upstream cannot be made secure",
                        "See that upstream.host is the name in the server's certificate, and that nothing in between (a"
                                + " firewall, a virus scanner) opens TLS; a private authority goes into"
                                + " upstream.trusted-certificates.");
            case SIGN_IN ->
                paused(response.reply(), "the sign-in service gives no token", "Check the mailbox's credential.");
            case GRAPH -> deferred(response.reply(), Scope.MESSAGE, "Microsoft Graph cannot take it now", "");
            case RELAY -> judgeOwn(response);
        };
    }

    private Verdict judgeUpstream(Response response, boolean alias) {
        if (response.step() == Step.END_OF_CONTENT && response.reply().category() == 2) {
            return new Verdict(new Outcome.Delivered(response.reply()), scopeOf(response), "", "", "", null);
        }
        Optional<KnownReply> known = catalogue.find(response.reply());
        return known.isPresent() ? judgeKnown(response, known.get(), alias) : judgeUnknown(response);
    }

    private Verdict judgeKnown(Response response, KnownReply known, boolean alias) {
        String advice = known.adviceFor(mailbox);
        return switch (known.kind()) {
            case MAILBOX, THROTTLED -> paused(response.reply(), known.cause(), advice);
            case AUTHOR ->
                alias
                        ? deferred(response.reply(), Scope.MESSAGE, known.cause(), advice)
                        : paused(response.reply(), known.cause(), advice);
            case TRANSIENT -> deferred(response.reply(), scopeOf(response), known.cause(), advice);
            case PERMANENT ->
                isAboutMailbox(response)
                        ? paused(response.reply(), known.cause(), advice)
                        : failed(response, known.cause(), advice);
        };
    }

    private Verdict judgeUnknown(Response response) {
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
            return paused(
                    reply,
                    "the upstream does not let the relay sign in",
                    "Check user name and password of " + mailbox + ", and that it may use SMTP AUTH.");
        }
        return isAboutMailbox(response)
                ? paused(reply, "the upstream turns the relay away", "Check upstream.host and upstream.port.")
                : failed(response, "the upstream refuses it", "");
    }

    private Verdict judgeOwn(Response response) {
        if (isAboutMailbox(response)) {
            return paused(response.reply(), response.reply().text(), "Check the upstream and the credential.");
        }
        return response.reply().category() == 5
                ? failed(response, response.reply().text(), "")
                : deferred(response.reply(), scopeOf(response), response.reply().text(), "");
    }

    /// Until MAIL has been taken, only its SIZE and SMTPUTF8 are about the message.
    private static boolean isAboutMailbox(Response response) {
        boolean beforeRcpt = response.step().compareTo(Step.RCPT) < 0;
        return beforeRcpt && !(response.step() == Step.MAIL && isAboutContent(response.reply()));
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

    private static Verdict deferred(Reply reply, Scope scope, String cause, String advice) {
        return new Verdict(new Outcome.Deferred(reply), scope, "", cause, advice, null);
    }

    private static Verdict paused(Reply reply, String cause, String advice) {
        return deferred(reply, Scope.MAILBOX, cause, advice);
    }

    private static Verdict failed(Response response, String cause, String advice) {
        return new Verdict(new Outcome.Failed(response.reply()), scopeOf(response), "", cause, advice, null);
    }
}
