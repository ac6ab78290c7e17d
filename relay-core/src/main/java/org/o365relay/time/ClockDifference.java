package org.o365relay.time;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/// The calendar clock of this machine compared with another time, in words for the admin. The reply catalogue
/// recognizes a wrong clock by these words.
///
/// @param here what the clock of this machine says
/// @param there what it should say or, for a certificate that is not valid yet, the earliest that it may say
public record ClockDifference(Instant here, Instant there) {

    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    /// A response that took as long to arrive does not make 20 days look like 19.
    private static final Duration TRAVEL_TIME = Duration.ofSeconds(1);

    public ClockDifference {
        here = here.truncatedTo(ChronoUnit.SECONDS);
        there = there.truncatedTo(ChronoUnit.SECONDS);
    }

    /// @param here what the clock of this machine said when the response arrived
    /// @param date value of the `Date` field of an HTTP response
    /// @return the difference; empty if the value is not a date (RFC 9110 §5.6.7)
    public static Optional<ClockDifference> ofHttp(Instant here, String date) {
        try {
            ZonedDateTime there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(new ClockDifference(here, there.toInstant()));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /// @param server server whose time is `there`
    public String comparedWith(String server) {
        Duration ahead = Duration.between(there, here);
        if (ahead.abs().compareTo(TOLERANCE) < 0) {
            return "the clock of this machine is right: it says " + here + ", " + server + " says " + there;
        }
        return "the clock of this machine is " + words(ahead.abs()) + (ahead.isNegative() ? " behind" : " ahead")
                + ": it says " + here + ", " + server + " says " + there;
    }

    /// @return the reason why a certificate is not valid yet; `there` is the beginning of its validity
    public String beforeValidity() {
        return "the clock of this machine is at least " + words(Duration.between(here, there)) + " behind: it says "
                + here + ", but the certificate is valid only from " + there;
    }

    private static String words(Duration difference) {
        if (difference.toSeconds() < 120) {
            return difference.toSeconds() + " s";
        }
        Duration time = difference.plus(TRAVEL_TIME);
        if (time.toHours() >= 48) {
            return String.format(Locale.ROOT, "%,d days", time.toDays());
        }
        if (time.toMinutes() >= 60) {
            return time.toHours() + " h" + (time.toMinutesPart() == 0 ? "" : " " + time.toMinutesPart() + " min");
        }
        return time.toMinutes() + " min";
    }
}
