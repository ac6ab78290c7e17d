package org.o365relay.accept.session;

import java.util.Optional;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// The state set by EHLO and HELO (RFC 5321 §4.1.1.1) and by STARTTLS.
final class HeloState {

    private static final int MAX_NAME = 255; // longer names are truncated in headers and lists

    private final SessionErrors errors;
    private boolean secure;
    private boolean accepted;
    private boolean esmtp;

    /// @param secure whether the connection starts with TLS
    HeloState(SessionErrors errors, boolean secure) {
        this.errors = errors;
        this.secure = secure;
    }

    /// @param esmtp true for EHLO, false for HELO
    /// @return the rejection; empty if the command is accepted
    Optional<Reply> handle(String name, boolean esmtp) {
        errors.setHelo(printable(name));
        Optional<Reply> rejection = rejection(name);
        if (rejection.isEmpty()) {
            accepted = true;
            this.esmtp = esmtp;
        }
        return rejection;
    }

    /// @return whether EHLO or HELO was accepted
    boolean isAccepted() {
        return accepted;
    }

    boolean isSecure() {
        return secure;
    }

    /// Discards the HELO state after STARTTLS (RFC 3207 §4.2).
    void tlsStarted() {
        secure = true;
        accepted = false;
        esmtp = false;
        errors.setHelo("");
    }

    // RFC 3848, RFC 6531 §4.3
    String protocol(boolean smtpUtf8, boolean authenticated) {
        if (!esmtp && !smtpUtf8) {
            return "SMTP";
        }
        String suffix = secure ? (authenticated ? "SA" : "S") : (authenticated ? "A" : "");
        return (smtpUtf8 ? "UTF8SMTP" : "ESMTP") + suffix;
    }

    private Optional<Reply> rejection(String name) {
        if (accepted && !errors.tolerates(Deviation.REPEATED_HELO)) {
            return Optional.of(
                    RejectReplies.notTolerated(Deviation.REPEATED_HELO, 503, "5.5.1", "Duplicate EHLO or HELO"));
        }
        Optional<Deviation> deviation = HeloName.deviation(name);
        return deviation.isEmpty() || errors.tolerates(deviation.get())
                ? Optional.empty()
                : Optional.of(RejectReplies.invalidHelo(deviation.get()));
    }

    /// @return the name in a form that is safe for headers and terminals
    private static String printable(String name) {
        String cut = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
        for (int i = 0; i < cut.length(); i++) {
            if (cut.charAt(i) < ' ' || cut.charAt(i) > '~') {
                return cut.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?"); // control and format characters
            }
        }
        return cut;
    }
}
