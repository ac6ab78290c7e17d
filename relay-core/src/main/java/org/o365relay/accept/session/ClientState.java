package org.o365relay.accept.session;

import java.util.Optional;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// State that the client has established in its session: HELO name, TLS and authentication.
final class ClientState {

    private static final int MAX_NAME = 255; // longer names are truncated in headers and lists

    private final Client client;
    private String helo = "";
    private String lastHelo = "";
    private boolean greeted;
    private boolean esmtp;
    private boolean secure;
    private boolean authenticated;

    ClientState(Client client) {
        this.client = client;
        this.secure = client.tls() == ListenerTls.IMPLICIT;
    }

    /// Handles EHLO or HELO (RFC 5321 §4.1.1.1). A rejected one does not change the session (RFC 5321 §4.1.4);
    /// if none has been accepted yet, its name is kept for the log and the device's record.
    ///
    /// @param isEhlo false for HELO
    /// @return the rejection; empty if the command is accepted
    Optional<Reply> greet(String name, boolean isEhlo) {
        Optional<Reply> rejection = rejection(name);
        if (rejection.isEmpty() || !greeted) {
            lastHelo = printable(name);
        }
        if (!lastHelo.isEmpty()) {
            client.device().setHelo(lastHelo);
        }
        if (rejection.isEmpty()) {
            helo = lastHelo;
            greeted = true;
            esmtp = isEhlo;
        }
        return rejection;
    }

    /// @return name in the last accepted EHLO or HELO, in a form that is safe for headers and terminals; empty
    ///     if there is none
    String helo() {
        return helo;
    }

    /// @return name for the log: from the last accepted EHLO or HELO or, if none was accepted, from the last
    ///     rejected one
    String lastHelo() {
        return lastHelo;
    }

    /// @return whether EHLO or HELO was accepted
    boolean isGreeted() {
        return greeted;
    }

    /// @return whether the connection uses TLS
    boolean isSecure() {
        return secure;
    }

    boolean isAuthenticated() {
        return authenticated;
    }

    void markAuthenticated() {
        authenticated = true;
    }

    /// Discards the state from before STARTTLS (RFC 3207 §4.2).
    void tlsStarted() {
        helo = "";
        lastHelo = "";
        greeted = false;
        esmtp = false;
        secure = true;
        authenticated = false;
    }

    // RFC 3848, RFC 6531 §4.3
    String protocol(boolean smtpUtf8) {
        if (!esmtp && !smtpUtf8) {
            return "SMTP";
        }
        return (smtpUtf8 ? "UTF8SMTP" : "ESMTP") + (secure ? "S" : "") + (authenticated ? "A" : "");
    }

    private Optional<Reply> rejection(String name) {
        if (greeted && !client.tolerates(Deviation.REPEATED_HELO)) {
            return Optional.of(
                    RejectReplies.notTolerated(Deviation.REPEATED_HELO, 503, "5.5.1", "Duplicate EHLO or HELO"));
        }
        return HeloName.deviation(name)
                .filter(deviation -> !client.tolerates(deviation))
                .map(RejectReplies::invalidHelo);
    }

    private static String printable(String name) {
        String truncated = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
        for (int i = 0; i < truncated.length(); i++) {
            if (truncated.charAt(i) < ' ' || truncated.charAt(i) > '~') {
                return truncated.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?"); // control and format characters
            }
        }
        return truncated;
    }
}
