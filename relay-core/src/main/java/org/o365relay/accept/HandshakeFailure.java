package org.o365relay.accept;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.session.RejectReplies;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// Classifies a failed TLS handshake.
sealed interface HandshakeFailure {

    /// The client disconnected, as port scans and health checks do. This is not reported.
    record Disconnected() implements HandshakeFailure {}

    /// @param reply reply to record in the journal; it is not sent to the client
    /// @param deviation deviation to count for the device; empty if none matches the failure
    record Reported(Reply reply, Optional<Deviation> deviation) implements HandshakeFailure {}

    /// Matches the JDK's messages when client and server have no TLS version, cipher suite or signature scheme
    /// in common.
    Pattern NO_COMMON_TLS = Pattern.compile(
            "(?i).*(?:protocol versions?|client requested protocol|cipher suites? in common|signature algorithm).*",
            Pattern.DOTALL);

    static HandshakeFailure of(Throwable cause, Client client, ClientHelloReader hello) {
        return switch (cause) {
            case ClosedChannelException _ -> new Disconnected();
            case SslHandshakeTimeoutException _ ->
                reported("timed out (relay.limits.command-timeout)", Deviation.TIMEOUT);
            case NotSslRecordException _ -> plainText(client);
            default -> {
                String message = RejectReplies.printable(String.valueOf(cause.getMessage()));
                yield NO_COMMON_TLS.matcher(message).matches()
                        ? noCommonTls(client, hello, message)
                        : rejected(message);
            }
        };
    }

    private static HandshakeFailure plainText(Client client) {
        return client.tls() == ListenerTls.IMPLICIT
                ? new Reported(
                        reply("the device sends plain text to a port with implicit TLS; enable TLS (not STARTTLS) on"
                                + " the device, or connect it to another port of relay.listeners"),
                        Optional.empty())
                : reported("the device sent plain text after STARTTLS", Deviation.PIPELINED_STARTTLS);
    }

    private static HandshakeFailure noCommonTls(Client client, ClientHelloReader hello, String message) {
        Optional<String> impossible = hello.reasonEvenWithOldTls();
        boolean mayHelp = !client.policy().oldTls() && impossible.isEmpty();
        String reason = impossible
                .or(() -> mayHelp ? hello.reasonWithoutOldTls() : Optional.empty())
                .map(found -> ": it " + found)
                .orElse("");
        String hint = mayHelp ? "; update the device, or set old-tls for it in relay.trusted-networks" : "";
        return reported(
                "the device supports no allowed TLS version, cipher or signature" + reason + " (" + message + ")"
                        + hint,
                Deviation.OLD_TLS);
    }

    private static HandshakeFailure rejected(String message) {
        return new Reported(
                reply(
                        message.contains("fatal alert")
                                ? "the device aborted it, possibly because it does not trust the relay's certificate"
                                        + " (relay.tls.certificate): " + message
                                : message),
                Optional.empty());
    }

    private static HandshakeFailure reported(String reason, Deviation deviation) {
        return new Reported(reply(reason), Optional.of(deviation));
    }

    private static Reply reply(String reason) {
        return Reply.of(421, "4.7.0", "TLS handshake failed: " + reason);
    }
}
