package org.o365relay.accept;

import java.util.Optional;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// How the client has introduced itself (RFC 5321 §4.1.1.1), and whether TLS lies between.
final class Greeting {

    private static final int MAX_NAME = 255; // of what stands in a header

    private final SessionErrors errors;
    private boolean secure;
    private boolean accepted;
    private boolean esmtp;

    /// @param secure whether TLS is on from the beginning
    Greeting(SessionErrors conduct, boolean secure) {
        this.errors = conduct;
        this.secure = secure;
    }

    /// @param esmtp whether it was EHLO
    /// @return why it is not taken; empty if it is
    Optional<Reply> handle(String name, boolean esmtp) {
        errors.setHelo(printable(name));
        Optional<Reply> refusal = refusal(name);
        if (refusal.isEmpty()) {
            accepted = true;
            esmtp = esmtp;
        }
        return refusal;
    }

    /// @return whether one has been taken
    boolean isAccepted() {
        return accepted;
    }

    boolean isSecure() {
        return secure;
    }

    /// TLS has begun: it must introduce itself anew (RFC 3207 §4.2).
    void tlsStarted() {
        secure = true;
        accepted = false;
        esmtp = false;
        errors.setHelo("");
    }

    // RFC 3848, RFC 6531 §4.3
    String protocol(boolean smtpUtf8, boolean loggedIn) {
        if (!esmtp && !smtpUtf8) {
            return "SMTP";
        }
        String letters = secure ? (loggedIn ? "SA" : "S") : (loggedIn ? "A" : "");
        return (smtpUtf8 ? "UTF8SMTP" : "ESMTP") + letters;
    }

    private Optional<Reply> refusal(String name) {
        if (accepted && !errors.tolerates(Deviation.REPEATED_HELO)) {
            return Optional.of(
                    RejectReplies.notTolerated(Deviation.REPEATED_HELO, 503, "5.5.1", "One EHLO or HELO is enough"));
        }
        Optional<Deviation> deviation = HeloName.deviation(name);
        return deviation.isEmpty() || errors.tolerates(deviation.get())
                ? Optional.empty()
                : Optional.of(RejectReplies.invalidHelo(deviation.get()));
    }

    /// It will stand in a header, and in lists.
    private static String printable(String name) {
        String cut = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
        for (int i = 0; i < cut.length(); i++) {
            if (cut.charAt(i) < ' ' || cut.charAt(i) > '~') {
                return cut.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?"); // what a terminal may act upon
            }
        }
        return cut;
    }
}
