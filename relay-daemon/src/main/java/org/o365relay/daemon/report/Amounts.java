package org.o365relay.daemon.report;

import java.util.Locale;

/// Numbers as a person reads them.
public final class Amounts {

    private Amounts() {}

    /// @return `512 B`, `1.2 MiB`
    public static String octets(long octets) {
        if (octets < 1_024) {
            return octets + " B";
        }
        int unit = Math.min((63 - Long.numberOfLeadingZeros(octets)) / 10, 4);
        return String.format(Locale.ROOT, "%.1f %ciB", octets / Math.pow(1_024, unit), "KMGT".charAt(unit - 1));
    }

    /// @return `1,234`
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// @param one what one of them is called
    /// @return `1 message`, `1,234 messages`
    public static String of(long number, String one) {
        return count(number) + " " + one + (number == 1 ? "" : "s");
    }
}
