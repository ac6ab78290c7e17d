package org.o365relay.accept;

import java.net.InetAddress;
import java.util.Optional;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// How the client has introduced itself (RFC 5321 §4.1.1.1), and whether TLS lies between.
final class Hello {

    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_LABEL = 63;

    private final Conduct conduct;
    private boolean secure;
    private boolean said;
    private boolean extended;

    /// @param secure whether TLS is on from the beginning
    Hello(Conduct conduct, boolean secure) {
        this.conduct = conduct;
        this.secure = secure;
    }

    /// @param esmtp whether it was EHLO
    /// @return why it is not taken; empty if it is
    Optional<Reply> say(String name, boolean esmtp) {
        conduct.called(printable(name));
        Optional<Reply> refusal = refusal(name);
        if (refusal.isEmpty()) {
            said = true;
            extended = esmtp;
        }
        return refusal;
    }

    /// @return whether one has been taken
    boolean isSaid() {
        return said;
    }

    boolean isSecure() {
        return secure;
    }

    /// TLS has begun: it must introduce itself anew (RFC 3207 §4.2).
    void secured() {
        secure = true;
        said = false;
        extended = false;
        conduct.called("");
    }

    // RFC 3848, RFC 6531 §4.3
    String protocol(boolean smtpUtf8, boolean loggedIn) {
        if (!extended && !smtpUtf8) {
            return "SMTP";
        }
        String letters = secure ? (loggedIn ? "SA" : "S") : (loggedIn ? "A" : "");
        return (smtpUtf8 ? "UTF8SMTP" : "ESMTP") + letters;
    }

    private Optional<Reply> refusal(String name) {
        if (said && !conduct.tolerates(Deviation.REPEATED_HELO)) {
            return Optional.of(
                    Refusals.notTolerated(Deviation.REPEATED_HELO, 503, "5.5.1", "One EHLO or HELO is enough"));
        }
        if (name.isEmpty()) {
            return conduct.tolerates(Deviation.EMPTY_HELO)
                    ? Optional.empty()
                    : Optional.of(Refusals.notTolerated(
                            Deviation.EMPTY_HELO, 501, "5.5.4", "Say EHLO or HELO with a host name"));
        }
        return isDomain(name) || isAddressLiteral(name) || conduct.tolerates(Deviation.ODD_HELO)
                ? Optional.empty()
                : Optional.of(Refusals.notTolerated(
                        Deviation.ODD_HELO, 501, "5.5.4", "That is neither a host name nor an address in [ ]"));
    }

    /// It will stand in a header.
    private static String printable(String name) {
        String cut = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
        for (int i = 0; i < cut.length(); i++) {
            if (Character.isISOControl(cut.charAt(i))) {
                return cut.replaceAll("\\p{Cc}", "?");
            }
        }
        return cut;
    }

    // RFC 5321 §4.1.2
    static boolean isDomain(String name) {
        if (name.length() > LONGEST_NAME) {
            return false;
        }
        int start = 0;
        while (start <= name.length()) {
            int dot = name.indexOf('.', start);
            int end = dot < 0 ? name.length() : dot;
            if (!isLabel(name, start, end)) {
                return false;
            }
            if (dot < 0) {
                return !isNumber(name, start); // that would be a bare address
            }
            start = end + 1;
        }
        return false;
    }

    private static boolean isLabel(String name, int start, int end) {
        if (start == end || end - start > LONGEST_LABEL || name.charAt(start) == '-' || name.charAt(end - 1) == '-') {
            return false;
        }
        for (int i = start; i < end; i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && (c < '0' || c > '9') && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isNumber(String name, int start) {
        return name.chars().skip(start).allMatch(c -> c >= '0' && c <= '9');
    }

    // RFC 5321 §4.1.3
    static boolean isAddressLiteral(String name) {
        if (!name.startsWith("[") || !name.endsWith("]")) {
            return false;
        }
        String inside = name.substring(1, name.length() - 1);
        boolean six = inside.regionMatches(true, 0, "IPv6:", 0, 5);
        String address = six ? inside.substring(5) : inside;
        boolean familyAsSaid = six ? address.indexOf(':') >= 0 : address.split("\\.", -1).length == 4;
        try {
            return familyAsSaid && InetAddress.ofLiteral(address) != null;
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }
}
