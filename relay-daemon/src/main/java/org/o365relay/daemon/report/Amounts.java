package org.o365relay.daemon.report;

import java.util.Locale;

/// Formats counts and sizes for display.
public final class Amounts {

    private Amounts() {}

    /// @return the size with its unit, such as `512 B` or `1.2 MiB`
    public static String octets(long octets) {
        if (octets < 1_024) {
            return octets + " B";
        }
        int unit = Math.min((63 - Long.numberOfLeadingZeros(octets)) / 10, 4);
        return String.format(Locale.ROOT, "%.1f %ciB", octets / Math.pow(1_024, unit), "KMGT".charAt(unit - 1));
    }

    /// @return the number with thousands separators, such as `1,234`
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// @param noun noun in the singular
    /// @return the number and the noun, such as `1 message` or `1,234 messages`
    public static String of(long number, String noun) {
        return count(number) + " " + noun + (number == 1 ? "" : "s");
    }
}
