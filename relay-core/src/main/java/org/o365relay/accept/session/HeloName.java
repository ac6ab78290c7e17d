package org.o365relay.accept.session;

import java.util.Optional;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Domain;

/// Checks the name in EHLO or HELO (RFC 5321 §4.1.1.1).
public final class HeloName {

    private static final int MAX_NAME = 255;
    private static final int MAX_LABEL = 63;

    private HeloName() {}

    /// Checks that the name is a host name or an address literal.
    ///
    /// @return [Deviation#EMPTY_HELO] or [Deviation#INVALID_HELO]; empty if the name is valid
    public static Optional<Deviation> deviation(String name) {
        if (name.isEmpty()) {
            return Optional.of(Deviation.EMPTY_HELO);
        }
        return isDomain(name) || Domain.isAddressLiteral(name) ? Optional.empty() : Optional.of(Deviation.INVALID_HELO);
    }

    // RFC 5321 §4.1.2
    static boolean isDomain(String name) {
        if (name.length() > MAX_NAME) {
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
                return !isNumber(name, start); // rejects a bare IPv4 address
            }
            start = end + 1;
        }
        return false;
    }

    private static boolean isLabel(String name, int start, int end) {
        if (start == end || end - start > MAX_LABEL || name.charAt(start) == '-' || name.charAt(end - 1) == '-') {
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
}
