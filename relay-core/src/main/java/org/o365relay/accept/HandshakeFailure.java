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
    record HungUp() implements HandshakeFailure {}

    /// @param reply for the journal; the client cannot be told any more
    /// @param deviation what that says of the device
    record Explained(Reply reply, Optional<Deviation> deviation) implements HandshakeFailure {}

    /// How the JDK says that there is no version or cipher both sides would use.
    Pattern OLD = Pattern.compile(
            "(?i).*(?:protocol versions?|client requested protocol|cipher suites? in common).*", Pattern.DOTALL);

    static HandshakeFailure of(Throwable cause, Client client) {
        return switch (cause) {
            case ClosedChannelException _ -> new HungUp();
            case SslHandshakeTimeoutException _ ->
                explained("took longer than allowed (relay.limits.command-timeout)", Deviation.TOO_SLOW);
            case NotSslRecordException _ -> plainText(client);
            default -> {
                String message = RejectReplies.printable(String.valueOf(cause.getMessage()));
                yield OLD.matcher(message).matches() ? tooOld(client, message) : rejected(message);
            }
        };
    }

    private static HandshakeFailure plainText(Client client) {
        return client.tls() == ListenerTls.IMPLICIT
                ? new Explained(
                        reply("the device speaks plain text here; switch TLS on in it (not STARTTLS), or let it connect"
                                + " to another of relay.listeners"),
                        Optional.empty())
                : explained("the device sent plain text where TLS had begun", Deviation.TALK_BEFORE_TLS);
    }

    private static HandshakeFailure tooOld(Client client, String message) {
        String cure = client.policy().oldTls()
                ? ""
                : "; if its maker has no newer software, set old-tls for it in relay.trusted-networks";
        return explained("the device knows no TLS that is allowed here (" + message + ")" + cure, Deviation.OLD_TLS);
    }

    private static HandshakeFailure rejected(String message) {
        return new Explained(
                reply(
                        message.contains("fatal alert")
                                ? "the device ended it, perhaps because it does not trust the relay's certificate"
                                        + " (relay.tls.certificate): " + message
                                : message),
                Optional.empty());
    }

    private static HandshakeFailure explained(String reason, Deviation deviation) {
        return new Explained(reply(reason), Optional.of(deviation));
    }

    private static Reply reply(String reason) {
        return Reply.of(421, "4.7.0", "TLS handshake failed: " + reason);
    }
}
