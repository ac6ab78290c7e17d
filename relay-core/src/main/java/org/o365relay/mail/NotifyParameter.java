package org.o365relay.mail;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.o365relay.mail.DsnRequest.NotifyCondition;

/// NOTIFY of RCPT (RFC 3461 §4.1), read and written.
public final class NotifyParameter {

    private static final String NEVER = "NEVER";

    private NotifyParameter() {}

    /// @param value `NEVER`, or any of `SUCCESS`, `FAILURE` and `DELAY` with commas between; in any case
    /// @return no occasion for NEVER; empty if it is something else
    public static Optional<Set<NotifyCondition>> parse(String value) {
        if (value.equalsIgnoreCase(NEVER)) {
            return Optional.of(Set.of());
        }
        Set<NotifyCondition> occasions = EnumSet.noneOf(NotifyCondition.class);
        for (String word : value.split(",", -1)) {
            switch (word.toUpperCase(Locale.ROOT)) {
                case "SUCCESS" -> occasions.add(NotifyCondition.SUCCESS);
                case "FAILURE" -> occasions.add(NotifyCondition.FAILURE);
                case "DELAY" -> occasions.add(NotifyCondition.DELAY);
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(occasions);
    }

    /// @return as NOTIFY= has it
    public static String format(Set<NotifyCondition> occasions) {
        return occasions.isEmpty()
                ? NEVER
                : occasions.stream().sorted().map(NotifyCondition::name).collect(Collectors.joining(","));
    }
}
