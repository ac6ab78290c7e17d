package org.o365relay.daemon.cli.types;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;

/// Parses a time given on the command line: `08:05`, `yesterday`, `2026-11-20`, `2026-11-20 17:42`,
/// `yesterday 17:42`, `2026-11-20T16:42:00Z`.
///
/// @param now the current time, used to interpret `now`, `today`, `yesterday` and a time without a day
/// @param zone time zone of times without an offset
public record TimeArgument(Instant now, ZoneId zone) {

    /// A time without a day means its most recent occurrence; a day without a time means the start of that day.
    ///
    /// @return the time; empty if the text is not a time
    public Optional<Instant> parse(String text) {
        List<String> words =
                List.of(text.strip().replaceFirst("(?<=\\d)T(?=\\d)", " ").split(" +"));
        try {
            return switch (words.size()) {
                case 1 -> Optional.of(parseWord(words.getFirst()));
                case 2 -> Optional.of(parseDayAndTime(text.strip(), words.getFirst(), words.getLast()));
                default -> Optional.empty();
            };
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private Instant parseWord(String word) {
        if (word.equals("now")) {
            return now;
        }
        return word.contains(":") ? lastTime(LocalTime.parse(padded(word))) : at(day(word), LocalTime.MIN);
    }

    private Instant parseDayAndTime(String whole, String day, String time) {
        boolean hasZone = time.endsWith("Z") || time.contains("+") || time.contains("-");
        return hasZone
                ? OffsetDateTime.parse(whole.replace(' ', 'T')).toInstant()
                : at(day(day), LocalTime.parse(padded(time)));
    }

    private Instant lastTime(LocalTime time) {
        Instant today = at(today(), time);
        return today.isAfter(now) ? at(today().minusDays(1), time) : today;
    }

    private LocalDate day(String word) {
        return switch (word) {
            case "today" -> today();
            case "yesterday" -> today().minusDays(1);
            default -> LocalDate.parse(word);
        };
    }

    private LocalDate today() {
        return LocalDate.ofInstant(now, zone);
    }

    private Instant at(LocalDate day, LocalTime time) {
        return ZonedDateTime.of(day, time, zone).toInstant();
    }

    /// Adds a leading zero, so that `8:05` is accepted.
    private static String padded(String time) {
        return time.indexOf(':') == 1 ? "0" + time : time;
    }
}
