package org.o365relay.mail;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.o365relay.mail.ReportRequest.Occasion;

/// NOTIFY of RCPT (RFC 3461 §4.1), read and written.
public final class Notify {

    private static final String NEVER = "NEVER";

    private Notify() {}

    /// @param value `NEVER`, or any of `SUCCESS`, `FAILURE` and `DELAY` with commas between; in any case
    /// @return no occasion for NEVER; empty if it is something else
    public static Optional<Set<Occasion>> parse(String value) {
        if (value.equalsIgnoreCase(NEVER)) {
            return Optional.of(Set.of());
        }
        Set<Occasion> occasions = EnumSet.noneOf(Occasion.class);
        for (String word : value.split(",", -1)) {
            switch (word.toUpperCase(Locale.ROOT)) {
                case "SUCCESS" -> occasions.add(Occasion.SUCCESS);
                case "FAILURE" -> occasions.add(Occasion.FAILURE);
                case "DELAY" -> occasions.add(Occasion.DELAY);
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(occasions);
    }

    /// @return as NOTIFY= has it
    public static String parameter(Set<Occasion> occasions) {
        return occasions.isEmpty()
                ? NEVER
                : occasions.stream().sorted().map(Occasion::name).collect(Collectors.joining(","));
    }
}
