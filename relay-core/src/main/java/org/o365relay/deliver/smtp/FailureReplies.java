package org.o365relay.deliver.smtp;

import java.io.EOFException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.identity.TokenException;
import org.o365relay.machine.Shortage;
import org.o365relay.mail.Reply;
import org.o365relay.mail.UnacceptableContentException;
import org.o365relay.net.ServerTrust;
import org.o365relay.net.UnusableKeyException;

/// Creates the response for an attempt that failed for a reason other than an error reply from the upstream.
record FailureReplies(SmtpUpstreamSettings settings) {

    private static final String PROTOCOL = "4.5.0"; // RFC 3463 §3.6

    /// @param overdue whether the relay closed the connection because the step exceeded its time limit
    Response connectionFailure(Step step, Throwable failure, boolean overdue) {
        Optional<Response> shortage = step.compareTo(Step.MAIL) < 0 && !overdue ? shortage(failure) : Optional.empty();
        if (shortage.isPresent()) {
            return shortage.get();
        }
        Optional<ProxyException> proxy = find(failure, ProxyException.class);
        if (proxy.isPresent()) {
            return proxy(proxy.get());
        }
        Optional<ServerTrust.UntrustedCertificateException> refused =
                find(failure, ServerTrust.UntrustedCertificateException.class);
        if (refused.isPresent()) {
            return tls(refused.get().explanation());
        }
        if (step == Step.STARTTLS && isPlainText(failure)) {
            return plainText();
        }
        if (overdue || isTimeout(failure)) {
            return timedOut(step);
        }
        return find(failure, UnknownHostException.class).isPresent()
                ? network(step, "4.4.3", "name not found: " + settings.host())
                : ioFailure(step, failure);
    }

    /// Response for an upstream that sent something other than a reply (RFC 5321 §4.2), or closed the
    /// connection before or within the reply.
    ///
    /// @param text what was received
    Response invalidReply(Step step, Received.Fault fault, String text) {
        String received = text.strip().lines().collect(Collectors.joining(" / "));
        String shown = received.substring(0, Math.min(100, received.length()));
        return switch (fault) {
            case END_OF_STREAM -> {
                String within = shown.isEmpty() ? "" : ", within its reply: " + shown;
                yield network(step, "4.4.2", settings + " closed the connection " + phase(step) + within);
            }
            case MALFORMED -> invalidReply(step, "an invalid SMTP reply", shown);
            case CONTRADICTORY -> invalidReply(step, "an SMTP reply with different codes", shown);
            case TOO_LONG -> invalidReply(step, "an SMTP reply that is too long", shown);
        };
    }

    /// @return response for a failure before MAIL because the machine lacks a resource; empty if the failure
    ///     has another cause
    private static Optional<Response> shortage(Throwable failure) {
        return Shortage.causeOf(failure).map(shortage -> network(Step.CONNECT, "4.3.1", shortage.text()));
    }

    private Response invalidReply(Step step, String what, String shown) {
        return network(step, PROTOCOL, settings + " sent " + what + " " + phase(step) + ": " + shown);
    }

    /// Response for a reply that does not belong to the command: one reply too many was sent, or the reply
    /// belongs to another command. The message may be delivered over another connection.
    Response unexpectedReply(Step step, Reply reply) {
        return network(step, PROTOCOL, settings + " sent an unexpected reply " + phase(step) + ": " + reply);
    }

    /// Response for an upstream that closed the connection before its replies to commands that were sent together
    /// were proved to be in step. The message may be delivered over another connection.
    Response closedInDoubt() {
        return network(Step.RCPT, "4.4.2", settings + " closed the connection before its refusals were certain");
    }

    /// Response for an upstream that refused MAIL because of its parameters and closed the connection. The message
    /// may be delivered without them over another connection.
    Response closedAfterParameters(Reply refusal) {
        return network(
                Step.MAIL, "4.4.2", settings + " refused the parameters of MAIL and closed the connection: " + refusal);
    }

    /// Response for a server that has lost the transaction, or the session. The message may be delivered over
    /// another connection.
    Response lostTransaction(Step step, Reply reply) {
        return network(step, PROTOCOL, settings + " lost the transaction " + phase(step) + ": " + reply);
    }

    private static Response proxy(ProxyException failure) {
        String text = String.valueOf(failure.getMessage());
        Reply reply = failure.isPermanent() ? Reply.of(550, "5.7.0", text) : Reply.of(451, "4.4.1", text);
        return new Response(Step.PROXY, reply, Origin.PROXY);
    }

    private Response plainText() {
        return tls(
                settings.tls() == Tls.IMPLICIT
                        ? settings + " speaks plain text on this port; use tls = starttls, or port 465"
                        : settings + " sent plain text after its reply to STARTTLS; it was not read");
    }

    // JSSE has no exception class for it: SSLSocketInputRecord throws this if the first octets are not a TLS
    // record
    private static boolean isPlainText(Throwable failure) {
        return find(failure, SmtpWire.PlainTextException.class).isPresent()
                || find(failure, SSLException.class)
                        .map(SSLException::getMessage)
                        .filter("Unsupported or unrecognized SSL message"::equals)
                        .isPresent();
    }

    /// Response for an upstream that does not offer STARTTLS. The attempt fails instead of continuing without
    /// TLS, because an attacker may have removed STARTTLS from the EHLO reply (RFC 3207 §6).
    Response noStartTls() {
        return new Response(Step.STARTTLS, Reply.of(454, "4.7.4", settings + " does not offer STARTTLS"), Origin.TLS);
    }

    /// Response for an upstream that offers or accepts no STARTTLS because a firewall changes the replies.
    ///
    /// @param line line that the firewall has overwritten
    Response smtpInspection(String line) {
        String text = "a firewall's SMTP inspection masks STARTTLS of " + settings + " (" + line + ")";
        return new Response(Step.STARTTLS, Reply.of(454, "4.7.4", text), Origin.TLS);
    }

    /// Response for an upstream that does not offer the required AUTH mechanism.
    ///
    /// @param login credential that the relay signs in with
    /// @param offered AUTH mechanisms that the upstream offers; empty if it offers none
    Response noMechanism(SaslLogin login, String offered) {
        String instead = offered.isEmpty() ? "no AUTH at all" : "only AUTH " + offered;
        String text = settings + " offers " + login.missingMechanism() + " (it offers " + instead + ")";
        return new Response(Step.AUTH, Reply.of(504, "5.7.4", text), Origin.RELAY);
    }

    /// Response for an access token that could not be obtained.
    Response noToken(TokenException reason) {
        Origin origin = switch (reason.origin()) {
            case SERVICE -> Origin.SIGN_IN;
            case NETWORK -> Origin.NETWORK;
            case TLS -> Origin.TLS;
        };
        Response noToken = new Response(Step.AUTH, reason.reply(), origin);
        return reason.retryAfter().map(noToken::withRetryAfter).orElse(noToken);
    }

    /// Response for a domain that does not exist or accepts no mail (RFC 7505), or whose mail exchangers cannot
    /// be looked up.
    Response noExchanger(UnknownHostException failure) {
        return network(Step.CONNECT, "4.4.3", String.valueOf(failure.getMessage()));
    }

    /// Response for a client certificate or key that cannot be used.
    Response unusableCertificate(UnusableKeyException failure) {
        return shortage(failure).orElseGet(() -> tls("the client certificate cannot be used: " + failure.getMessage()));
    }

    /// Response for a non-ASCII sender or recipient if the upstream does not offer SMTPUTF8 (RFC 6531 §3.5).
    Response noSmtpUtf8(Step step) {
        String text = settings + " does not accept internationalized addresses (it does not offer SMTPUTF8)";
        return new Response(step, Reply.of(550, "5.6.7", text), Origin.UNSUITABLE);
    }

    /// Response for a message that is larger than the upstream accepts (RFC 1870 §4).
    ///
    /// @param size size of the message in octets
    /// @param limit largest size that the upstream accepts, in octets
    Response tooLarge(long size, long limit) {
        String text = settings + " accepts messages of at most " + limit + " octets; this one has " + size;
        return new Response(Step.MAIL, Reply.of(552, "5.3.4", text), Origin.UNSUITABLE);
    }

    /// Response for a stored message that cannot be read completely, or cannot be converted to a form that the
    /// upstream accepts. Nothing was delivered.
    Response unsendableContent(Exception failure) {
        return failure instanceof UnacceptableContentException unacceptable
                ? new Response(Step.CONTENT, unacceptable.reply(), Origin.UNSUITABLE)
                : new Response(Step.CONTENT, Reply.of(451, "4.3.0", "the stored message cannot be read"), Origin.RELAY);
    }

    private Response ioFailure(Step step, Throwable failure) {
        boolean dropped = find(failure, EOFException.class).isPresent()
                || find(failure, SocketException.class).isPresent();
        if (step == Step.CONNECT) {
            return network(step, "4.4.1", connectFailure(failure));
        }
        if (!dropped
                && step == Step.STARTTLS
                && find(failure, SSLException.class).isPresent()) {
            return tls("TLS handshake with " + settings + " failed: " + root(failure));
        }
        return network(step, "4.4.2", "connection to " + settings + " lost " + phase(step) + ": " + root(failure));
    }

    private String connectFailure(Throwable failure) {
        String reason = root(failure);
        return reason.contains("refused")
                ? "connection refused by " + settings
                : "cannot connect to " + settings + ": " + reason;
    }

    private Response timedOut(Step step) {
        return network(
                step,
                step == Step.CONNECT ? "4.4.1" : "4.4.2",
                "timed out after " + readable(limit(step)) + " " + phase(step) + " (" + settings + ")");
    }

    Duration limit(Step step) {
        return switch (step) {
            case PROXY, CONNECT -> settings.connectTimeout();
            case GREETING, EHLO, STARTTLS, AUTH, MAIL, RCPT, CONTENT -> settings.replyTimeout();
            case END_OF_CONTENT -> settings.dataTimeout();
        };
    }

    private static String phase(Step step) {
        return switch (step) {
            case PROXY, CONNECT -> "while connecting";
            case GREETING -> "before the greeting";
            case EHLO -> "after EHLO";
            case STARTTLS -> "during the TLS handshake";
            case AUTH -> "while signing in";
            case MAIL -> "after MAIL";
            case RCPT -> "after RCPT";
            case CONTENT -> "while sending the content";
            case END_OF_CONTENT -> "after the end of the content";
        };
    }

    private static String readable(Duration time) {
        long millis = time.toMillis();
        if (millis % 1000 != 0) {
            return millis + " ms";
        }
        return millis % 60_000 == 0 ? millis / 60_000 + " min" : millis / 1000 + " s";
    }

    private static Response network(Step step, String status, String text) {
        return new Response(step, Reply.of(451, status, text), Origin.NETWORK);
    }

    private static Response tls(String text) {
        return new Response(Step.STARTTLS, Reply.of(454, "4.7.5", text), Origin.TLS);
    }

    /// @return whether a read or the connection attempt exceeded its time limit
    static boolean isTimeout(Throwable failure) {
        return find(failure, SocketTimeoutException.class).isPresent();
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        return chain(failure).filter(type::isInstance).map(type::cast).findFirst();
    }

    private static String root(Throwable failure) {
        Throwable root = chain(failure).reduce((_, cause) -> cause).orElse(failure);
        return String.valueOf(root.getMessage());
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20);
    }
}
