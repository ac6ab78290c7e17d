package org.o365relay.deliver;

import java.util.regex.Pattern;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Reply;

/// Judges responses that the catalogue does not contain, by their origin, step, code and words. The rules are
/// listed at [FailurePolicy].
///
/// @param mailbox mailbox named in the advice
record GeneralRules(EmailAddress mailbox) {

    private static final int BAD_SEQUENCE = 503; // RFC 5321 §4.2.2

    private static final EnhancedStatus TOO_LARGE = EnhancedStatus.of("5.3.4");
    private static final EnhancedStatus INTERNATIONALIZED = EnhancedStatus.of("5.6.7");

    // of the responses that FailureReplies creates
    private static final EnhancedStatus CANNOT_CONNECT = EnhancedStatus.of("4.4.1");
    private static final EnhancedStatus NAME_NOT_FOUND = EnhancedStatus.of("4.4.3");
    private static final EnhancedStatus NO_STARTTLS = EnhancedStatus.of("4.7.4");

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    // error codes of Graph that name a recipient, the content or its size, but not a limit of the mailbox
    private static final Pattern ABOUT_MESSAGE =
            Pattern.compile("(?!\\w*(?:Limit|Quota))\\w*(?:Recipient|Mime|TooLarge|SizeExceeded)\\w*:");

    Verdict judge(Response response) {
        return switch (response.origin()) {
            case SUBMISSION, CONNECTOR -> judgeReply(response);
            case GRAPH -> judgeGraphResponse(response);
            case SIGN_IN ->
                suspended(
                        response,
                        "the sign-in service did not issue a token",
                        "Compare tenant, client-id and secret or certificate of " + mailbox
                                + " with Entra admin center > App registrations; for details run: o365-relay check."
                                + " https://login.microsoftonline.com/error explains the number after AADSTS.");
            case NETWORK -> judgeNetwork(response);
            case PROXY -> judgeProxy(response);
            case TLS -> judgeTls(response);
            case RELAY -> judgeLocal(response);
            case UNSUITABLE -> failed(response, response.reply().text(), adviceOnUnsuitable(response));
            case NDR, FOREIGN_NDR -> failed(response, "the message was not delivered");
        };
    }

    private Verdict judgeReply(Response response) {
        Reply reply = response.reply();
        if (reply.category() == 4) {
            return deferred(response, ResponseScope.of(response), "the upstream temporarily refuses the message");
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
        if (ReplySubject.isAboutRelay(reply)) {
            return refusedRelay(response);
        }
        return ResponseScope.isAboutUpstream(response)
                ? suspended(
                        response,
                        "the upstream refuses the relay; only its reply gives the reason",
                        "Read the reply. If it does not help, check upstream.host and upstream.port, and the account "
                                + mailbox + ".")
                : refusedMessage(response);
    }

    private Verdict refusedRelay(Response response) {
        return suspended(
                response,
                "the upstream refuses the relay's address, its sign-in or its sender",
                "The reply says what it refuses: check the relay's public IP address, the credential or connector,"
                        + " and the account " + mailbox + ".");
    }

    private static Verdict refusedMessage(Response response) {
        String refused = response.step() == Step.RCPT ? "recipient" : "message";
        return failed(response, "the upstream refuses the " + refused + "; only its reply gives the reason");
    }

    private Verdict judgeGraphResponse(Response response) {
        Reply reply = response.reply();
        if (ResponseScope.isAboutDraft(response)) {
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
                reply.category() == 4
                                && ABOUT_MESSAGE.matcher(reply.text()).lookingAt()
                                && !ResponseScope.isAboutUpstream(response)
                        ? failed(response, "Microsoft Graph refuses the message")
                        : deferred(response, Scope.MESSAGE, "Microsoft Graph temporarily refuses the message");
        };
    }

    private static Verdict judgeTls(Response response) {
        if (NO_STARTTLS.equals(response.reply().status())) {
            return suspended(
                    response,
                    "the upstream does not offer STARTTLS",
                    "Check upstream.host and upstream.port (client submission: smtp.office365.com, port 587). A"
                            + " firewall that inspects SMTP may hide STARTTLS: switch its inspection off.");
        }
        return response.step() == Step.AUTH
                ? suspended(
                        response,
                        "TLS with the sign-in service failed",
                        "No firewall, proxy or virus scanner may intercept TLS with the sign-in service (default:"
                                + " login.microsoftonline.com). If one must, put its certificate authority into"
                                + " relay.http.trusted-certificates.")
                : suspended(
                        response,
                        "TLS with the upstream failed",
                        "Check that the host of the upstream is the name in the server's certificate, and that no"
                                + " firewall or virus scanner intercepts TLS. For a private certificate authority set"
                                + " upstream.trusted-certificates; for Microsoft Graph, relay.http.trusted-certificates.");
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
        if (ResponseScope.isAboutUpstream(response)) {
            return suspended(response, response.reply().text(), "Check the upstream and the credential.");
        }
        return response.reply().category() == 5
                ? failed(response, response.reply().text())
                : deferred(
                        response, ResponseScope.of(response), response.reply().text());
    }

    private static Verdict judgeNetwork(Response response) {
        if (response.violatesProtocol()) {
            return deferred(
                    response,
                    Scope.MESSAGE,
                    "the replies from the upstream do not follow the protocol",
                    "Check that upstream.host and upstream.port are those of a mail server, and that no firewall,"
                            + " proxy or virus scanner changes the connection.");
        }
        // Connections at this step get an access token.
        String server = response.step() == Response.Step.AUTH ? "the sign-in service" : "the upstream";
        EnhancedStatus status = response.reply().status();
        if (NAME_NOT_FOUND.equals(status)) {
            return deferred(
                    response,
                    Scope.MESSAGE,
                    "the name of " + server + " could not be looked up in DNS",
                    "Check the name for typing errors, and that this host can look it up: getent hosts <name>. If not,"
                            + " correct its DNS server (/etc/resolv.conf).");
        }
        return CANNOT_CONNECT.equals(status)
                ? deferred(
                        response,
                        Scope.MESSAGE,
                        server + " could not be reached",
                        "Check that this host can connect to " + server + ": a firewall, a proxy or the internet"
                                + " provider may block its host or port, port 25 in particular.")
                : deferred(response, Scope.MESSAGE, "the upstream could not be reached, or the connection was lost");
    }

    private Verdict judgeProxy(Response response) {
        return response.reply().category() == 5
                ? suspended(
                        response,
                        "the proxy does not let the relay connect to the upstream",
                        "Check upstream.proxy of " + mailbox
                                + " (type, host, port and login), and let the administrator of"
                                + " the proxy allow connections to the upstream's host and port.")
                : deferred(
                        response,
                        Scope.MESSAGE,
                        "the upstream could not be reached through the proxy",
                        "Check that the proxy of upstream.proxy runs, that this host can connect to it, and that it can"
                                + " connect to the upstream's host and port.");
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
                : "Send smaller messages, or add an upstream that accepts larger ones (SMTP) to fallback of " + mailbox
                        + ".";
    }

    private static Verdict deferred(Response response, Scope scope, String cause, String advice) {
        return new Verdict(response, new Outcome.Deferred(response.reply()), scope, "", cause, advice, null);
    }

    static Verdict deferred(Response response, Scope scope, String cause) {
        return deferred(response, scope, cause, "");
    }

    private static Verdict suspended(Response response, String cause, String advice) {
        return deferred(response, Scope.UPSTREAM, cause, advice);
    }

    private static Verdict failed(Response response, String cause) {
        return failed(response, cause, "");
    }

    private static Verdict failed(Response response, String cause, String advice) {
        return new Verdict(
                response, new Outcome.Failed(response.reply()), ResponseScope.of(response), "", cause, advice, null);
    }
}
