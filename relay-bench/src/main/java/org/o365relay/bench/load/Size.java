package org.o365relay.bench.load;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of octets, written as `4KiB`, `100 KiB`, `100MiB` or `4096`.
public record Size(long octets) {

    private static final Pattern PATTERN = Pattern.compile("(\\d{1,9}) ?(KiB|MiB)?");

    /// @throws IllegalArgumentException if the text is not a size; the message contains examples
    public static Size parse(String text) {
        Matcher matcher = PATTERN.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a size like 4KiB, 100MiB or 4096");
        }
        String unit = matcher.group(2);
        int shift = unit == null ? 0 : unit.equals("KiB") ? 10 : 20;
        return new Size(Long.parseLong(matcher.group(1)) << shift);
    }

    @Override
    public String toString() {
        if (octets >= 1 << 20 && octets % (1 << 20) == 0) {
            return (octets >> 20) + " MiB";
        }
        return octets >= 1 << 10 && octets % (1 << 10) == 0 ? (octets >> 10) + " KiB" : octets + " B";
    }
}
