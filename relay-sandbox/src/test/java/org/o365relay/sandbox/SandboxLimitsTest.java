package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.sandbox.SandboxFixture.MESSAGE;
import static org.o365relay.sandbox.SandboxFixture.USER;
import static org.o365relay.sandbox.SandboxSubmissionTest.send;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.sandbox.settings.SandboxLimits;
import org.o365relay.sandbox.settings.SandboxLimits.ExcessAction;
import org.o365relay.sandbox.settings.SandboxLimits.Penalty;
import org.o365relay.sandbox.settings.SandboxLimits.Rate;

/// The limits of a mailbox.
final class SandboxLimitsTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    /// Shared, because generating a key takes a second.
    @TempDir
    private static Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private Sandbox sandbox;

    @BeforeEach
    void start() throws IOException {
        sandbox = Sandbox.start(SandboxFixture.settings(directory), now::get, new SplittableRandom(1));
    }

    private void limit(UnaryOperator<SandboxLimits> limits) {
        sandbox.change(settings -> settings.limits(limits));
    }

    private void startWithRealTime(UnaryOperator<SandboxLimits> limits, double scale) throws IOException {
        sandbox.close();
        sandbox = Sandbox.start(SandboxFixture.settings(directory)
                .tenant(tenant -> tenant.limits(limits).withTimeScale(scale)));
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    private RawClient signedIn() throws IOException {
        return RawClient.signedIn(sandbox, USER, SandboxFixture.PASSWORD);
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    @Test
    void refusesMailOnTheFourthConnectionUntilAnotherCloses() throws IOException {
        limit(limits -> limits.withConnections(3));
        try (RawClient first = signedIn();
                RawClient second = signedIn();
                RawClient third = signedIn();
                RawClient fourth = signedIn()) {
            assertThat(third.say("MAIL FROM:<>")).startsWith("250 ");
            assertThat(fourth.say("MAIL FROM:<>"))
                    .startsWith("432 4.3.2 Concurrent connections limit exceeded. Visit"
                            + " https://aka.ms/concurrent_sending for more information. [");
            assertThat(second.say("QUIT")).startsWith("221 ");
            assertThatThrownBy(second::reply).isInstanceOf(EOFException.class);
            assertThat(fourth.say("MAIL FROM:<>")).startsWith("250 ");
            assertThat(first.say("MAIL FROM:<>")).startsWith("250 ");
        }
        assertThat(sandbox.usage(USER).peakConnections()).isEqualTo(4);
    }

    @Test
    void delaysRepliesBeyondTheRate() throws IOException {
        startWithRealTime(limits -> limits.with(new Rate(2, ExcessAction.DELAY)), 30); // a minute is two seconds
        try (RawClient client = signedIn()) {
            long start = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                assertThat(send(client)).startsWith("250 ");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1_990));
        }
        assertThat(sandbox.usage(USER).delayedMessages()).isPositive();
        assertThat(sandbox.usage(USER).peakMessagesPerMinute()).isEqualTo(3);
    }

    @Test
    void onlyCountsMessagesBeyondTheRate() throws IOException {
        limit(limits -> limits.with(new Rate(2, ExcessAction.COUNT)));
        try (RawClient client = signedIn()) {
            for (int i = 0; i < 5; i++) {
                assertThat(send(client)).startsWith("250 ");
                pass(Duration.ofSeconds(20));
            }
        }
        assertThat(sandbox.usage(USER).peakMessagesPerMinute()).isEqualTo(3);
        assertThat(sandbox.usage(USER).delayedMessages()).isZero();
    }

    @Test
    void limitsRecipientsPerDay() throws IOException {
        limit(limits -> limits.withRecipients(2, SandboxLimits.UNLIMITED));
        try (RawClient client = signedIn()) {
            assertThat(send(client)).startsWith("250 ");
            pass(Duration.ofHours(12));
            assertThat(send(client)).startsWith("250 ");
            assertThat(send(client))
                    .startsWith("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException;");
            pass(Duration.ofHours(12));
            assertThat(send(client)).startsWith("250 ");
            assertThat(send(client)).startsWith("554 5.2.0 ");
        }
    }

    @Test
    void limitsRecipientsPerMessage() throws IOException {
        limit(limits -> limits.withRecipients(SandboxLimits.UNLIMITED, 2));
        try (RawClient client = signedIn()) {
            client.say("MAIL FROM:<>");
            assertThat(client.say("RCPT TO:<a@example.org>")).startsWith("250 ");
            assertThat(client.say("RCPT TO:<b@example.org>")).startsWith("250 ");
            assertThat(client.say("RCPT TO:<c@example.org>")).startsWith("452 4.5.3 Too many recipients [");
            client.say("DATA");
            client.send(MESSAGE + ".\r\n");
            assertThat(client.reply()).startsWith("250 ");
        }
        assertThat(sandbox.accepted().getLast().envelopeTo()).hasSize(2);
    }

    @Test
    void refusesAllMailAfterRepeatedErrors() throws IOException {
        limit(limits -> limits.with(new Penalty(3, Duration.ofHours(24))));
        try (RawClient client = signedIn()) {
            for (int i = 0; i < 3; i++) {
                assertThat(sendAs(client, "foreign@example.net")).startsWith("554 5.2.252 SendAsDenied; ");
            }
            assertThat(send(client))
                    .startsWith("550 5.2.252 Sender throttled due to continuous send as denied errors. [");
            pass(Duration.ofHours(23));
            assertThat(send(client)).startsWith("550 5.2.252 ");
            pass(Duration.ofHours(1));
            assertThat(send(client)).startsWith("250 ");
        }
    }

    private static String sendAs(RawClient client, String author) throws IOException {
        client.say("MAIL FROM:<" + USER + ">");
        client.say("RCPT TO:<someone@example.org>");
        client.say("DATA");
        client.send("From: <" + author + ">\r\n\r\n.\r\n");
        return client.reply();
    }

    @Test
    void ignoresErrorsOlderThanAnHour() throws IOException {
        limit(limits -> limits.with(new Penalty(2, Duration.ofHours(24))));
        try (RawClient client = signedIn()) {
            sendAs(client, "foreign@example.net");
            pass(Duration.ofHours(1));
            sendAs(client, "foreign@example.net");
            assertThat(send(client)).startsWith("250 ");
        }
    }

    @Test
    void refusesAllMailFromAFullMailbox() throws IOException {
        sandbox.change(settings ->
                settings.submission(exchange -> exchange.withMailboxes(SandboxFixture.ACCOUNT.withStorageFull())));
        try (RawClient client = signedIn()) {
            assertThat(send(client)).startsWith("554 5.2.2 mailbox full; STOREDRV.Submission.Exception:");
        }
    }

    @Test
    void endsASessionAfterTwentyMinutes() throws IOException {
        limit(limits -> limits.withSessionTime(Duration.ofMinutes(20)));
        try (RawClient client = signedIn()) {
            pass(Duration.ofMinutes(10));
            assertThat(client.say("NOOP")).startsWith("250 ");
            pass(Duration.ofMinutes(10).plusMillis(281));
            client.send("NOOP\r\n");
            assertThat(client.reply()).startsWith("250 "); // the server had been waiting for it
            assertThat(client.reply())
                    .startsWith("421 4.4.1 Connection timed out. Total session duration: 00:20:00.28 [");
            assertThatThrownBy(client::reply).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void endsAnIdleSessionAfterTheSessionTime() throws IOException {
        startWithRealTime(limits -> limits.withSessionTime(Duration.ofMinutes(20)), 3_000); // 20 minutes are 0.4 s
        try (RawClient client = RawClient.connect(sandbox)) {
            assertThat(client.reply()).startsWith("421 4.4.1 Connection timed out. Total session duration: 00:00:00.");
        }
    }

    @Test
    void hasNoLimitsByDefault() throws IOException {
        try (RawClient client = signedIn()) {
            assertThat(send(client)).startsWith("250 ");
        }
        assertThat(sandbox.usage(USER).peakMessagesPerMinute()).isZero();
        assertThat(SandboxLimits.MICROSOFT.connections()).isEqualTo(3);
        assertThatIllegalArgumentException().isThrownBy(() -> SandboxLimits.NONE.withConnections(0));
        assertThatIllegalArgumentException().isThrownBy(() -> sandbox.usage("nobody@contoso.example"));
    }
}
