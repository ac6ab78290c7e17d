package org.o365relay.notice;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Recipients, language and rate of notices.
///
/// @param admin address that receives alerts, warnings, and failure notices about messages whose author cannot
///     be reached; null for none
/// @param zone time zone for the times in notices
/// @param delayNoticeAfter age at which a delay notice about an undelivered message is sent; zero for no delay
///     notices
/// @param hourlyLimitPerDevice maximum number of notices per client address per hour; a digest summarizes the
///     failure and delay notices beyond this limit; success notices beyond it are dropped
public record NoticeSettings(
        @Nullable EmailAddress admin,
        Language language,
        ZoneId zone,
        Duration delayNoticeAfter,
        int hourlyLimitPerDevice) {

    /// Settings for English and UTC, with neither delay notices nor a limit.
    public NoticeSettings(@Nullable EmailAddress admin) {
        this(admin, Language.ENGLISH, ZoneOffset.UTC, Duration.ZERO, Integer.MAX_VALUE);
    }
}
