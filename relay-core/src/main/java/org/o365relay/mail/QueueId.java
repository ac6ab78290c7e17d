package org.o365relay.mail;

import java.util.Optional;

/// Identifies a queued message in the log, in the 250 reply and in commands.
///
/// A non-negative number that increases with time. The text form has 13 characters of Crockford's base 32 (no
/// I, L, O, U), and sorts chronologically.
public record QueueId(long value) implements Comparable<QueueId> {

    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 13;

    public QueueId {
        if (value < 0) {
            throw new IllegalArgumentException("negative queue ID: " + value);
        }
    }

    /// Parses the text form, ignoring case.
    ///
    /// @return the queue ID; empty if the text is not one
    public static Optional<QueueId> parse(String text) {
        if (text.length() != LENGTH || text.charAt(0) > '7') {
            return Optional.empty();
        }
        long value = 0;
        for (int i = 0; i < LENGTH; i++) {
            int digit = ALPHABET.indexOf(Character.toUpperCase(text.charAt(i)));
            if (digit < 0) {
                return Optional.empty();
            }
            value = value << 5 | digit;
        }
        return Optional.of(new QueueId(value));
    }

    @Override
    public int compareTo(QueueId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        char[] text = new char[LENGTH];
        long rest = value;
        for (int i = LENGTH - 1; i >= 0; i--) {
            text[i] = ALPHABET.charAt((int) (rest & 31));
            rest >>>= 5;
        }
        return new String(text);
    }
}
