package org.o365relay.notice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// The notices in every language, with local times.
class TranslatedNoticeTest {

    private static final Reply BUSY = Reply.of(451, "4.7.500", "Server busy. Please try again later");

    @ParameterizedTest
    @EnumSource
    void writesTheExpectedFailureNotice(Language language) throws Exception {
        Notice notice = writer(language)
                .write(Failures.refused().recipients(refused(language)).failure())
                .orElseThrow();

        Golden.assertSame(language.code() + "-failed", notice);
        assertThat(parts(notice)).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void writesTheExpectedNoticeAboutAnExpiredMessage(Language language) throws IOException {
        Failure failure = Failures.refused()
                .expired(GeneralReason.UNREACHABLE.in(language, ""))
                .failure();

        Golden.assertSame(
                language.code() + "-expired", writer(language).write(failure).orElseThrow());
    }

    @ParameterizedTest
    @EnumSource
    void writesTheExpectedNoticeWithoutADeliveryAttempt(Language language) throws IOException {
        Failure failure = Failures.refused()
                .header("")
                .headerTooLarge(GeneralReason.RELAY.in(language, ""))
                .failure();

        Golden.assertSame(
                language.code() + "-not-tried", writer(language).write(failure).orElseThrow());
    }

    @ParameterizedTest
    @EnumSource
    void writesTheExpectedRelayedNotice(Language language) throws IOException {
        Failure base = Failures.refused().failure();
        RelayedMessage relaying = new RelayedMessage(
                base.id(),
                base.arrival(),
                base.envelope(),
                false,
                base.original(),
                List.of(new RelayedRecipient(recipient(0, "bob@fabrikam.com"), Reply.plain(250, "OK"))),
                "smarthost.example.org",
                base.occurredAt());

        Golden.assertSame(
                language.code() + "-relayed", writer(language).write(relaying).orElseThrow());
    }

    @ParameterizedTest
    @EnumSource
    void writesTheExpectedDelayNotice(Language language) throws Exception {
        Reason busy = language == Language.GERMAN
                ? new Reason("Microsoft nimmt Mail von dieser öffentlichen Adresse zur Zeit nur langsam an", "", "")
                : new Reason("Microsoft takes mail from this public address slowly for now", "", "");
        Notice notice = writer(language)
                .write(delay(busy, BUSY, "smtp.office365.com:587"))
                .orElseThrow();

        Golden.assertSame(language.code() + "-delayed", notice);
        assertThat(parts(notice)).isEqualTo(3);
        assertThat(notice.envelope().returnPath()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void writesTheExpectedDelayNoticeBeforeTheFirstAttempt(Language language) throws IOException {
        Reason closed = GeneralReason.MAILBOX.in(language, "");

        Golden.assertSame(
                language.code() + "-delayed-not-tried",
                writer(language).write(delay(closed, null, "")).orElseThrow());
    }

    @ParameterizedTest
    @EnumSource
    void writesTheExpectedDigest(Language language) throws Exception {
        Digest digest = digest(
                57,
                List.of(
                        line(0, "Scan from floor 2", List.of("bob@fabrikam.com"), Digest.Status.FAILED, "nope"),
                        line(1, "", List.of(), Digest.Status.FAILED, ""),
                        line(
                                2,
                                "Bericht Müller",
                                List.of("a@x.com", "b@x.com", "c@x.com", "d@x.com"),
                                Digest.Status.DELAYED,
                                "busy"),
                        line(3, "Late", List.of("a@x.com"), Digest.Status.DELIVERED, "")));
        Notice notice = writer(language).write(digest, Failures.ID);

        Golden.assertSame(language.code() + "-digest", notice);
        assertThat(parsed(notice).getContentType()).startsWith("text/plain");
        assertThat(notice.envelope().returnPath()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ENGLISH | One more message from printer-3 (10.0.0.7) not delivered
        GERMAN  | Eine weitere Nachricht von printer-3 (10.0.0.7) nicht zugestellt
        """)
    void usesTheSingularForOneMessage(Language language, String subject) throws Exception {
        Digest one = digest(1, List.of(line(0, "x", List.of("a@x.com"), Digest.Status.FAILED, "")));

        assertThat(parsed(writer(language).write(one, Failures.ID)).getSubject())
                .isEqualTo(subject);
    }

    @Test
    void listsFiftyLongEntriesReadably() throws Exception {
        List<Digest.Entry> lines = IntStream.range(0, 50)
                .mapToObj(i -> line(i, "s".repeat(200), List.of("bob@fabrikam.com"), Digest.Status.FAILED, "r\r\nX: y"))
                .toList();

        String text = new String(
                parsed(writer(Language.ENGLISH).write(digest(990, lines), Failures.ID))
                        .getInputStream()
                        .readAllBytes(),
                UTF_8);

        assertThat(text).contains("990 more messages", "and 940 more").hasSizeLessThan(40_000);
        assertThat(text).doesNotContain("\r\nX: y");
    }

    @Test
    void encodesGermanSubjects() throws Exception {
        Failure failure = Failures.refused()
                .header("Subject: =?utf-8?Q?Pr=C3=BCfung?= der Übergabe\nFrom: ann@contoso.com\n")
                .failure();
        Notice notice = writer(Language.GERMAN).write(failure).orElseThrow();

        assertThat(parsed(notice).getSubject()).isEqualTo("Nicht zugestellt: Prüfung der Übergabe");
        String header = Golden.text(notice);
        assertThat(header.substring(0, header.indexOf("\r\n\r\n")).chars()).allMatch(c -> c < 0x80);
        assertThat(((InternetAddress) parsed(notice).getFrom()[0]).getPersonal())
                .isEqualTo("Mail-Relay");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ENGLISH | UTC              | 2026-07-01T10:00:00Z | 1 July 2026 at 10:00 (UTC)
        ENGLISH | Europe/Berlin    | 2026-07-01T10:00:00Z | 1 July 2026 at 12:00 (UTC+02:00)
        GERMAN  | Europe/Berlin    | 2026-12-01T10:00:00Z | 01.12.2026 um 11:00 Uhr (UTC+01:00)
        GERMAN  | America/St_Johns | 2026-12-01T10:00:00Z | 01.12.2026 um 06:30 Uhr (UTC-03:30)
        """)
    void formatsTimesInTheConfiguredZone(Language language, String zone, Instant instant, String told) {
        assertThat(new NoticeTexts(language, ZoneId.of(zone)).time(instant)).isEqualTo(told);
    }

    @Test
    void doesNotUseTheDefaultLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMAN);
        try {
            assertThat(new NoticeTexts(Language.ENGLISH, ZoneOffset.UTC).text("item.from"))
                    .isEqualTo("From");
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"the recipient is gone,The recipient is gone.", "Done.,Done.", "österreich,Österreich.", "'',.", "x,X."
    })
    void turnsACauseIntoASentence(String cause, String sentence) {
        assertThat(PlainTextBody.asSentence(cause)).isEqualTo(sentence);
    }

    private static List<FailedRecipient> refused(Language language) {
        Reply reply = Reply.of(550, "5.1.10", "RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup");
        Reason unknown = language == Language.GERMAN
                ? new Reason(
                        "den Empfänger gibt es nicht", "Prüfen Sie die Adresse auf Fehler.", "Berichtigen Sie sie.")
                : new Reason("the recipient does not exist", "Check the address for mistakes.", "Correct it.");
        return List.of(new FailedRecipient(recipient(0, "bob@fabrikam.com"), reply, true, unknown));
    }

    private static Delay delay(Reason reason, @Nullable Reply reply, String upstream) {
        Failure base = Failures.refused().failure();
        Instant received = base.arrival().at();
        return new Delay(
                base.id(),
                base.arrival(),
                base.envelope(),
                base.original(),
                List.of(recipient(0, "bob@fabrikam.com")),
                reason,
                reply,
                upstream,
                reply == null ? 0 : 9,
                received.plus(Duration.ofDays(5)),
                received.plus(Duration.ofHours(4)));
    }

    private static Digest digest(int count, List<Digest.Entry> lines) {
        return new Digest(
                address("ann@contoso.com"),
                InetAddress.ofLiteral("10.0.0.7"),
                "printer-3",
                count,
                lines,
                Instant.parse("2026-11-21T09:00:00Z"));
    }

    private static Digest.Entry line(int minute, String subject, List<String> to, Digest.Status fate, String reason) {
        Instant at = Instant.parse("2026-11-21T08:00:00Z").plus(Duration.ofMinutes(minute));
        return new Digest.Entry(
                at, subject, to.stream().map(TranslatedNoticeTest::address).toList(), fate, reason);
    }

    private static NoticeWriter writer(Language language) {
        ZoneId zone = language == Language.GERMAN ? ZoneId.of("Europe/Berlin") : ZoneOffset.UTC;
        return new NoticeWriter(
                new NoticeSettings(null, language, zone, Duration.ofHours(4), 10),
                address("relay@contoso.example"),
                "relay.contoso.example");
    }

    private static int parts(Notice notice) throws Exception {
        return ((MimeMultipart) parsed(notice).getContent()).getCount();
    }

    private static MimeMessage parsed(Notice notice) throws Exception {
        return new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(notice.content()));
    }

    private static Recipient recipient(int ordinal, String address) {
        return new Recipient(ordinal, address(address));
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
