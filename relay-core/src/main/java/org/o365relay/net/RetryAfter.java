package org.o365relay.net;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// Reads how long a server asks its client to wait.
// RFC 9110 §10.2.3
public final class RetryAfter {

    /// Longest wait; a longer one is shortened to this.
    public static final Duration MAX = Duration.ofHours(24);

    private RetryAfter() {}

    /// Reads the field Retry-After, which contains seconds or a date. The wait until a date is counted from the
    /// `Date` of the response, so that a wrong system clock does not affect it.
    ///
    /// @param now current time of the system clock, used if the response has no valid `Date`
    /// @return the wait, at most [#MAX]; empty if the field is missing or invalid, or if the wait is over
    public static Optional<Duration> of(HttpHeaders headers, Instant now) {
        return headers.firstValue("Retry-After")
                .map(String::strip)
                .flatMap(value -> value.matches("\\d+") ? seconds(value) : untilDate(value, headers, now))
                .filter(Duration::isPositive)
                .map(wait -> wait.compareTo(MAX) > 0 ? MAX : wait);
    }

    private static Optional<Duration> seconds(String digits) {
        boolean isLong = digits.replaceFirst("^0+", "").length() > 9;
        return Optional.of(isLong ? MAX : Duration.ofSeconds(Long.parseLong(digits)));
    }

    private static Optional<Duration> untilDate(String value, HttpHeaders headers, Instant now) {
        Instant sentAt =
                headers.firstValue("Date").flatMap(date -> date(date.strip())).orElse(now);
        return date(value).map(end -> Duration.between(sentAt, end));
    }

    private static Optional<Instant> date(String value) {
        try {
            return Optional.of(ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeParseException unreadable) {
            return Optional.empty();
        }
    }
}
