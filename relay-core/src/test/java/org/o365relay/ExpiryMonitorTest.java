package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.alert.AlertChannelSettings;
import org.o365relay.alert.AlertChannels;
import org.o365relay.alert.AlertEmails;
import org.o365relay.alert.AlertSettings;
import org.o365relay.alert.Alerts;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.identity.App;
import org.o365relay.identity.Credential;
import org.o365relay.identity.Expiry;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Secret;
import org.o365relay.ndr.NdrSettings;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.KeyMaker;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.rewrite.RewriteSettings;

class ExpiryMonitorTest {

    private static final EmailAddress MAILBOX = address("relay@contoso.example");
    private static final EmailAddress ADMIN = address("it@contoso.example");

    /// The secret expires at the beginning of 1 March.
    private static final LocalDate LAST_DAY = LocalDate.parse("2027-03-01");

    private static final MailboxStatus OPEN =
            new MailboxStatus(MAILBOX.toString(), MailboxStatus.State.OPEN, null, "smtp.example", "", "", "", null, 0);

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock("2027-01-20T08:00:00Z");
    private final List<Duration> warnedBefore = new ArrayList<>();
    private final RememberingJournal journal = new RememberingJournal();
    private JdbcQueue queue;

    @BeforeEach
    void open() throws QueueUnavailableException {
        queue = SqliteQueue.open(
                new QueueSettings(directory, 0, Long.MAX_VALUE, Duration.ofDays(30)), clock.steady(), new Random(1));
    }

    @AfterEach
    void close() {
        queue.close();
    }

    @Test
    void warns30And14And7And1DayBeforeAndAfterExpiry() {
        for (int day = 0; day < 60; day++) {
            check(ADMIN);
            clock.advance(Duration.ofDays(1));
        }
        assertThat(journal.lines("expiring"))
                .extracting(line -> line.replaceAll(".*?(-?\\d+) days.*", "$1"))
                .containsExactly("30", "14", "7", "1", "0");
    }

    @Test
    void warnsNoEarlierThanTheDaysSay() {
        Instant expiry = LAST_DAY.atStartOfDay(ZoneOffset.UTC).toInstant();
        clock.set(expiry.minus(Duration.ofDays(31)));
        for (Instant now = clock.instant(); now.isBefore(expiry.plusSeconds(7200)); now = clock.instant()) {
            int before = journal.lines("expiring").size();
            check(ADMIN);
            if (journal.lines("expiring").size() > before) {
                warnedBefore.add(Duration.between(now, expiry));
            }
            clock.advance(Duration.ofHours(1));
        }
        assertThat(warnedBefore)
                .containsExactly(
                        Duration.ofDays(30),
                        Duration.ofDays(14),
                        Duration.ofDays(7),
                        Duration.ofDays(1),
                        Duration.ZERO);
    }

    @Test
    void neitherWarnsNorClearsWhileTheClockShowsATimeBeforeTheBuild() {
        clock.advance(Duration.ofDays(20));
        Alerts alerts = alerts();
        check(ADMIN, alerts, LAST_DAY);
        alerts.check();
        clock.set(Instant.EPOCH);
        check(ADMIN, alerts, LAST_DAY);
        assertThat(alerts.active()).hasSize(1);
        assertThat(journal.lines("expiring")).hasSize(1);
    }

    @Test
    void sendsTheAdminAnEmailAheadOfOtherMail() throws IOException {
        clock.advance(Duration.ofDays(20));
        check(ADMIN);
        Claim email = onlyClaim();
        assertThat(email.envelope().recipients()).containsExactly(ADMIN);
        assertThat(email.notice()).isTrue();
        try (InputStream content = queue.claims().content(email)) {
            assertThat(new String(content.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("client secret of relay@contoso.example", "1 March 2027", "New client secret")
                    .doesNotContain("geheim");
        }
    }

    @Test
    void warnsOnceEvenAfterARestart() throws QueueUnavailableException {
        clock.advance(Duration.ofDays(20));
        check(ADMIN);
        close();
        open();
        check(ADMIN);
        assertThat(journal.lines("expiring")).hasSize(1);
        onlyClaim();
    }

    @Test
    void logsTheWarningIfThereIsNoAdmin() {
        clock.advance(Duration.ofDays(20));
        check(null);
        check(null);
        assertThat(journal.lines("expiring")).hasSize(1);
        assertThat(claims()).isEmpty();
    }

    @Test
    void raisesAnAlertUntilTheSecretIsReplaced() {
        clock.advance(Duration.ofDays(20));
        Alerts alerts = alerts();
        check(ADMIN, alerts, LAST_DAY);
        alerts.check();
        assertThat(alerts.active())
                .singleElement()
                .satisfies(alert -> assertThat(alert.subject())
                        .isEqualTo("Client secret of relay@contoso.example expires on 1 March 2027"));
        onlyClaim(); // the warning; the alert sends no email
        check(ADMIN, alerts, LAST_DAY.plusYears(1));
        alerts.check();
        assertThat(alerts.active()).isEmpty();
    }

    @Test
    void watchesTheClientCertificateOfAnUpstreamWithOAuthAndTheCredentialForNdrs() throws Exception {
        KeyMaker own = KeyMaker.rsa("relay.contoso.example", directory);
        SmtpUpstreamSettings.ClientCertificate certificate =
                new SmtpUpstreamSettings.ClientCertificate(own.certificatePem("own"), own.keyPem("own-key"));
        Credential.OAuth reader = secret(LAST_DAY.plusYears(3));
        NdrSettings ndr = new NdrSettings(
                MAILBOX,
                new NdrSettings.Graph(URI.create("https://graph.example"), "inbox", reader, "scope"),
                Duration.ofMinutes(5));
        try (UpstreamFactory upstreams = new UpstreamFactory(HttpSettings.DIRECT, directory, clock.steady())) {
            List<Expiry.Kind> kinds = new ArrayList<>();
            List<Instant> ends = new ArrayList<>();
            for (ExpirySource each :
                    upstreams.expirySources(List.of(mailbox(secret(LAST_DAY), certificate)), List.of(ndr))) {
                Expiry expiry = each.lookup().expiry().orElseThrow();
                kinds.add(expiry.kind());
                ends.add(expiry.at());
            }
            assertThat(kinds)
                    .containsExactly(
                            Expiry.Kind.CLIENT_SECRET, Expiry.Kind.CONNECTOR_CERTIFICATE, Expiry.Kind.CLIENT_SECRET);
            assertThat(ends)
                    .containsExactly(
                            LAST_DAY.atStartOfDay(ZoneOffset.UTC).toInstant(),
                            own.certificate().getNotAfter().toInstant(),
                            LAST_DAY.plusYears(3).atStartOfDay(ZoneOffset.UTC).toInstant());
        }
    }

    private Alerts alerts() {
        return new Alerts(
                new AlertSettings(Duration.ZERO, Duration.ZERO, 0, AlertChannelSettings.NONE),
                queue.alerts(),
                queue.load(),
                emails(null),
                new AlertChannels(AlertChannelSettings.NONE, HttpSettings.DIRECT, "relay.contoso.example", "1"),
                journal,
                clock.steady());
    }

    private AlertEmails emails(@Nullable EmailAddress admin) {
        return new AlertEmails(
                new RelayAlertMailboxes(
                        () -> List.of(new RelayAlertMailboxes.Candidate(mailbox(LAST_DAY), () -> OPEN))),
                mailbox -> new NoticeWriter(new NoticeSettings(admin), mailbox, "relay.contoso.example"),
                clock);
    }

    private void check(@Nullable EmailAddress admin) {
        check(admin, alerts(), LAST_DAY);
    }

    private void check(@Nullable EmailAddress admin, Alerts alerts, LocalDate lastDay) {
        try (UpstreamFactory upstreams = new UpstreamFactory(HttpSettings.DIRECT, directory, clock.steady())) {
            new ExpiryMonitor(
                            upstreams.expirySources(List.of(mailbox(lastDay)), List.of()),
                            emails(admin),
                            queue.oneTimeAlerts(),
                            alerts.activeAlerts(),
                            journal,
                            clock.steady())
                    .check();
        }
    }

    private Claim onlyClaim() {
        List<Claim> claims = claims();
        assertThat(claims).hasSize(1);
        return claims.getFirst();
    }

    private List<Claim> claims() {
        return queue.claims().claim(new ClaimScope(MAILBOX.toString(), List.of(MAILBOX.toString())), 10);
    }

    private static Credential.OAuth secret(LocalDate lastDay) {
        return new Credential.ClientSecret(
                new App("https://login.example", "contoso.example", "1f6c0d2e-0000-0000-0000-000000000000"),
                MAILBOX.toString(),
                new Secret("geheim"),
                lastDay);
    }

    private static MailboxSettings mailbox(LocalDate lastDay) {
        return mailbox(secret(lastDay), null);
    }

    private static MailboxSettings mailbox(
            Credential secret, SmtpUpstreamSettings.@Nullable ClientCertificate certificate) {
        Duration moment = Duration.ofSeconds(1);
        SmtpUpstreamSettings upstream = new SmtpUpstreamSettings(
                "smtp.example",
                587,
                SmtpUpstreamSettings.Tls.STARTTLS,
                null,
                1,
                moment,
                moment,
                moment,
                moment,
                "relay.example",
                SmtpUpstreamSettings.Lookup.HOST,
                certificate,
                null,
                null);
        return new MailboxSettings(
                MAILBOX,
                MAILBOX.toString(),
                List.of(new UpstreamSettings.Smtp(upstream, secret, "https://outlook.example/.default")),
                new AccountLimits(null, 1, 1, null),
                new RewriteSettings(MAILBOX, "{name}", List.of(), null, false, false, "relay.example"));
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
