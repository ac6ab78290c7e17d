package org.o365relay.notice;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Who is told what becomes of a message, in which words, and how often.
///
/// @param admin told of failures when the original author cannot be reached; null for nobody
/// @param zone whose time the letters tell
/// @param delayNoticeAfter how old an open message is when its author is warned; zero for never
/// @param hourlyLimitPerDevice how many failure notices and delay warnings there are about the mail of one client
///     address, at most; the others are told of in a digest
public record NoticeSettings(
        @Nullable EmailAddress admin,
        Language language,
        ZoneId zone,
        Duration delayNoticeAfter,
        int hourlyLimitPerDevice) {

    /// Every failure is told in English and UTC, and no delay.
    public NoticeSettings(@Nullable EmailAddress admin) {
        this(admin, Language.ENGLISH, ZoneOffset.UTC, Duration.ZERO, Integer.MAX_VALUE);
    }
}
