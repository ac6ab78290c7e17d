package org.o365relay.config;

import static org.o365relay.config.values.Quantities.duration;
import static org.o365relay.config.values.Quantities.whole;

import java.time.Duration;
import java.time.ZoneId;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.notice.Language;
import org.o365relay.notice.NoticeSettings;

/// Reads `relay.notices`.
record NoticesReader(Section notices) {

    private static final String DELAY = "delay-notice-after";
    private static final Duration MAX_DELAY = Duration.ofDays(30);
    private static final Duration MIN_DELAY = Duration.ofMinutes(1);

    static final ValueParser<Language> LANGUAGE = TextValues.ANY.then(text -> Language.of(text)
            .<Parsed<Language>>map(Parsed.Ok::new)
            .orElseGet(() -> new Parsed.Invalid<>(TextValues.quoted(text) + " is not a supported language; use one of "
                    + String.join(", ", Language.codes()))));

    /// @param retry retry schedule, used to report delay notices that would never be sent
    NoticeSettings read(RetrySchedule retry) {
        return new NoticeSettings(
                notices.optional("admin", Addresses.MAIL).orElse(null),
                notices.value("language", LANGUAGE),
                ZoneId.systemDefault(),
                delay(retry),
                notices.value("hourly-limit-per-device", whole(1, 1000)));
    }

    private Duration delay(RetrySchedule retry) {
        Duration delay = notices.value(DELAY, duration(Duration.ZERO, MAX_DELAY));
        if (!delay.isZero() && delay.compareTo(MIN_DELAY) < 0) {
            notices.reportProblem(
                    DELAY,
                    "%s is too short; use at least 1m, or 0s for no delay notices".formatted(Quantities.format(delay)));
        } else if (notices.configured(DELAY).isPresent() && delay.compareTo(retry.expireAfter()) >= 0) {
            notices.reportWarning(
                    DELAY,
                    "is not shorter than retry.expire-after (%s), so no delay notice is sent; use less, or 0s for no delay notices"
                            .formatted(Quantities.format(retry.expireAfter())));
        }
        return delay;
    }
}
