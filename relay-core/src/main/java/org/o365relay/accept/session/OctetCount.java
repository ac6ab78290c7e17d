package org.o365relay.accept.session;

import java.util.Optional;

/// Parses the octet counts in SIZE (RFC 1870 §3) and BDAT (RFC 3030 §2).
final class OctetCount {

    private static final int MAX_DIGITS = 20;

    private OctetCount() {}

    /// @return the count, at most [Long#MAX_VALUE]; empty if the text is not 1 to 20 digits
    static Optional<Long> parse(String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return Optional.empty();
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return Optional.empty();
            }
            number = number > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : number * 10 + digit;
        }
        return Optional.of(number);
    }
}
