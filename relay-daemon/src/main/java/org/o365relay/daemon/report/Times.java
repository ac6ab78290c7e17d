package org.o365relay.daemon.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Formats times in the given time zone, without the date if the time is today and within 12 hours of now.
///
/// @param now current time
public record Times(Instant now, ZoneId zone) {

    private static final Duration HALF_DAY = Duration.ofHours(12);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd ", Locale.ROOT);
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    /// @return the time to the minute: `08:05` if it is near, otherwise `2026-11-20 17:42`
    public String of(Instant time) {
        return day(time) + MINUTE.format(time.atZone(zone));
    }

    /// @return the time to the second: `08:05:12` if it is near, otherwise `2026-11-20 17:42:03`
    public String withSeconds(Instant time) {
        return day(time) + SECOND.format(time.atZone(zone));
    }

    /// @param first time that precedes the formatted time on the same line
    /// @return the time as formatted by [#of], but without the date if both times are on the same day
    public String after(Instant first, Instant time) {
        boolean sameDay =
                time.atZone(zone).toLocalDate().equals(first.atZone(zone).toLocalDate());
        return sameDay ? MINUTE.format(time.atZone(zone)) : of(time);
    }

    /// @return the time relative to now, such as `3 min ago` or `in 2 h`
    public String relative(Instant time) {
        Duration elapsed = Duration.between(time, now);
        if (elapsed.isNegative()) {
            return "in " + format(elapsed.negated());
        }
        return elapsed.toSeconds() == 0 ? "just now" : format(elapsed) + " ago";
    }

    /// @return the duration from that time until now, such as `14 h`
    public String age(Instant time) {
        return format(Duration.between(time, now));
    }

    /// @return the duration, such as `45 s`, `12 min`, `2 h 5 min` or `3 days`
    public static String format(Duration duration) {
        Duration length = duration.isNegative() ? Duration.ZERO : duration;
        if (length.toMinutes() == 0) {
            return length.toSeconds() + " s";
        }
        if (length.toHours() == 0) {
            return length.toMinutes() + " min";
        }
        if (length.toDays() < 2) {
            int minutes = length.toMinutesPart();
            return length.toHours() + " h" + (length.toHours() >= 10 || minutes == 0 ? "" : " " + minutes + " min");
        }
        return length.toDays() + " days";
    }

    private String day(Instant time) {
        ZonedDateTime local = time.atZone(zone);
        boolean isToday = local.toLocalDate().equals(now.atZone(zone).toLocalDate());
        boolean isNear = Duration.between(time, now).abs().compareTo(HALF_DAY) <= 0;
        return isToday && isNear ? "" : DAY.format(local);
    }
}
