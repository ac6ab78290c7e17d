package org.o365relay.time;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/// The difference between the system clock of this machine and another time, and its description for the
/// admin. The reply catalogue recognizes a wrong clock by this description.
///
/// @param local the time that the clock of this machine shows
/// @param reference the time that the clock should show or, for a certificate that is not valid yet, the
///     earliest time that it should show
public record ClockDifference(Instant local, Instant reference) {

    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    /// Added to a difference of two minutes or more before it is rounded down, so that a response that takes up
    /// to this time to arrive does not turn 20 days into 19.
    private static final Duration MAX_LATENCY = Duration.ofSeconds(1);

    public ClockDifference {
        local = local.truncatedTo(ChronoUnit.SECONDS);
        reference = reference.truncatedTo(ChronoUnit.SECONDS);
    }

    /// @param local time that the clock of this machine showed when the response arrived
    /// @param date value of the `Date` field of an HTTP response
    /// @return the difference; empty if the value is not a date (RFC 9110 §5.6.7)
    public static Optional<ClockDifference> ofHttp(Instant local, String date) {
        try {
            ZonedDateTime reference = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(new ClockDifference(local, reference.toInstant()));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /// @param server name of the server whose time is `reference`
    public String comparedWith(String server) {
        Duration ahead = Duration.between(reference, local);
        if (ahead.abs().compareTo(TOLERANCE) < 0) {
            return "the clock of this machine is right: it says " + local + ", " + server + " says " + reference;
        }
        return "the clock of this machine is " + words(ahead.abs()) + (ahead.isNegative() ? " behind" : " ahead")
                + ": it says " + local + ", " + server + " says " + reference;
    }

    /// @return the reason why a certificate is not valid yet; `reference` is the beginning of its validity
    public String beforeValidity() {
        return "the clock of this machine is at least " + words(Duration.between(local, reference))
                + " behind: it says " + local + ", but the certificate is valid only from " + reference;
    }

    private static String words(Duration difference) {
        if (difference.toSeconds() < 120) {
            return difference.toSeconds() + " s";
        }
        Duration time = difference.plus(MAX_LATENCY);
        if (time.toHours() >= 48) {
            return String.format(Locale.ROOT, "%,d days", time.toDays());
        }
        if (time.toMinutes() >= 60) {
            return time.toHours() + " h" + (time.toMinutesPart() == 0 ? "" : " " + time.toMinutesPart() + " min");
        }
        return time.toMinutes() + " min";
    }
}
