package org.o365relay.mail;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.o365relay.mail.DsnRequest.NotifyCondition;

/// Parses and formats the NOTIFY parameter of RCPT (RFC 3461 §4.1).
public final class NotifyParameter {

    private static final String NEVER = "NEVER";

    private NotifyParameter() {}

    /// @param value `NEVER`, or any of `SUCCESS`, `FAILURE` and `DELAY` separated by commas; case-insensitive
    /// @return the conditions (an empty set for NEVER), or an empty `Optional` if the value is invalid
    public static Optional<Set<NotifyCondition>> parse(String value) {
        if (value.equalsIgnoreCase(NEVER)) {
            return Optional.of(Set.of());
        }
        Set<NotifyCondition> conditions = EnumSet.noneOf(NotifyCondition.class);
        for (String word : value.split(",", -1)) {
            switch (AsciiCase.upper(word)) {
                case "SUCCESS" -> conditions.add(NotifyCondition.SUCCESS);
                case "FAILURE" -> conditions.add(NotifyCondition.FAILURE);
                case "DELAY" -> conditions.add(NotifyCondition.DELAY);
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(conditions);
    }

    /// @return value of NOTIFY
    public static String format(Set<NotifyCondition> conditions) {
        return conditions.isEmpty()
                ? NEVER
                : conditions.stream().sorted().map(NotifyCondition::name).collect(Collectors.joining(","));
    }
}
