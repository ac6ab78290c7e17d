package org.o365relay.accept;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// Why a client and the relay did not come to speak TLS.
sealed interface HandshakeFailure {

    /// It may have been a port scan or a health check, or have thought better of it.
    record Disconnected() implements HandshakeFailure {}

    /// @param reply for the journal; the client cannot be told any more
    /// @param deviation what that says of the device
    record Reported(Reply reply, Optional<Deviation> deviation) implements HandshakeFailure {}

    /// How the JDK says that there is no version or cipher both sides would use.
    Pattern NO_COMMON_TLS = Pattern.compile(
            "(?i).*(?:protocol versions?|client requested protocol|cipher suites? in common).*", Pattern.DOTALL);

    static HandshakeFailure of(Throwable cause, Client client) {
        return switch (cause) {
            case ClosedChannelException _ -> new Disconnected();
            case SslHandshakeTimeoutException _ ->
                reported("took longer than allowed (relay.limits.command-timeout)", Deviation.TIMEOUT);
            case NotSslRecordException _ -> plainText(client);
            default -> {
                String message = RejectReplies.printable(String.valueOf(cause.getMessage()));
                yield NO_COMMON_TLS.matcher(message).matches() ? noCommonTls(client, message) : rejected(message);
            }
        };
    }

    private static HandshakeFailure plainText(Client client) {
        return client.tls() == ListenerTls.IMPLICIT
                ? new Reported(
                        reply("the device speaks plain text here; switch TLS on in it (not STARTTLS), or let it connect"
                                + " to another of relay.listeners"),
                        Optional.empty())
                : reported("the device sent plain text where TLS had begun", Deviation.PIPELINED_STARTTLS);
    }

    private static HandshakeFailure noCommonTls(Client client, String message) {
        String cure = client.policy().oldTls()
                ? ""
                : "; if its maker has no newer software, set old-tls for it in relay.trusted-networks";
        return reported("the device knows no TLS that is allowed here (" + message + ")" + cure, Deviation.OLD_TLS);
    }

    private static HandshakeFailure rejected(String message) {
        return new Reported(
                reply(
                        message.contains("fatal alert")
                                ? "the device ended it, perhaps because it does not trust the relay's certificate"
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
