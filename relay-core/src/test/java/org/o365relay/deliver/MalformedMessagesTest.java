package org.o365relay.deliver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.MalformedMessages;
import org.o365relay.ManualClock;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.rewrite.DocumentedChanges;
import org.o365relay.rewrite.RewriteRules;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

/// Sends each of the messages in `malformed/`, and some too large to be files, through the queue, the rewriter
/// and a delivery attempt: it arrives, changed only as documented, and delays no other message.
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // opening a queue takes longer than all the rest
class MalformedMessagesTest {

    private static final EmailAddress MAILBOX = DeliveryFixture.address("relay@contoso.example");
    private static final RewriteRules RULES = new RewriteRules(
            MAILBOX, RewriteRules.KEEP_DISPLAY_NAME, List.of(), null, true, true, "relay.contoso.example");
    private static final byte[] NEXT = "From: scan@contoso.com\r\nSubject: next\r\n\r\nnext\r\n".getBytes(ISO_8859_1);
    private static final int MEBIBYTE = 1024 * 1024;

    private final KeepingUpstream upstream = new KeepingUpstream();
    private final RememberingJournal journal = new RememberingJournal();
    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private JdbcQueue queue;
    private MailboxSender sender;
    private Delivery delivery;

    /// Keeps the octets of what it is given.
    private static final class KeepingUpstream implements Upstream {

        private final List<byte[]> sent = new ArrayList<>();

        @Override
        public Map<Recipient, Response> attempt(OutgoingMessage message) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                message.content().writeTo(out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            sent.add(out.toByteArray());
            return message.recipients().stream().collect(Collectors.toMap(Function.identity(), _ -> FakeUpstream.OK));
        }

        @Override
        public UpstreamCheck check() {
            return new UpstreamCheck(List.of(), null);
        }

        @Override
        public int connections() {
            return 1;
        }

        @Override
        public String name() {
            return "fake.example:587";
        }

        @Override
        public void close() {}
    }

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        Random random = new Random(1);
        queue = SqliteQueue.open(new QueueSettings(directory, 0, Long.MAX_VALUE, Duration.ofDays(30)), clock, random);
        sender = new MailboxSender(
                DeliveryFixture.mailbox(MAILBOX, RULES),
                List.of(upstream),
                new SendingAccount(MAILBOX.toString(), DeliveryFixture.UNLIMITED, List.of(), clock),
                new Routes(List.of(), List.of(new Target(MAILBOX.toString(), List.of(MAILBOX), Long.MAX_VALUE, null))),
                DeliveryFixture.PROBES,
                journal,
                clock);
        delivery = new Delivery(
                queue.claims(),
                sender,
                new RetrySchedule(Duration.ofMinutes(1), Duration.ofDays(5)),
                new NoticePolicy(new NoticeSettings(MAILBOX), "relay.contoso.example", List.of(), clock),
                journal,
                clock,
                random);
    }

    @AfterAll
    void close() {
        queue.close();
    }

    @BeforeEach
    void forget() {
        upstream.sent.clear();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("org.o365relay.MalformedMessages#files")
    @Timeout(20)
    void arrivesChangedOnlyAsDocumented(String file) throws Exception {
        byte[] message = MalformedMessages.octets(file);

        accept(message);
        accept(NEXT);
        deliverDue();

        assertThat(upstream.sent).as("this message and the next").hasSize(2);
        DocumentedChanges.check(RULES, message, upstream.sent.get(0));
        DocumentedChanges.check(RULES, NEXT, upstream.sent.get(1));
        assertThat(text(upstream.sent.getFirst())).as("Bcc").doesNotContain("hidden");
    }

    @Test
    void takesAHeaderJustBelowOneMebibyte() {
        String field = "X-Padding: " + "x".repeat(900) + "\r\n";
        String fields = "From: scan@contoso.com\r\n" + field.repeat(MEBIBYTE / field.length() - 1);
        byte[] message = (fields + "\r\nbody\r\n").getBytes(ISO_8859_1);

        accept(message);
        deliverDue();

        assertThat(fields.length()).isBetween(MEBIBYTE - 2 * field.length(), MEBIBYTE);
        DocumentedChanges.check(RULES, message, upstream.sent.getFirst());
    }

    @Test
    void failsAHeaderOverOneMebibyteAndGoesOn() {
        accept(("From: scan@contoso.com\r\n" + "X-Odd: 1\r\n".repeat(MEBIBYTE / 10 + 1) + "\r\nbody\r\n")
                .getBytes(ISO_8859_1));
        accept(NEXT);
        deliverDue();

        assertThat(journal.lines("failed")).singleElement().asString().contains("552 5.3.4");
        assertThat(upstream.sent).anySatisfy(sent -> assertThat(text(sent)).contains("Subject: next"));
    }

    @Test
    void hasATableOfAllFiles() throws IOException {
        assertThat(MalformedMessages.table().keySet())
                .containsExactlyElementsOf(MalformedMessages.files())
                .hasSizeGreaterThanOrEqualTo(60);
        assertThat(MalformedMessages.table().values()).doesNotHaveDuplicates().noneMatch(String::isBlank);
    }

    private void accept(byte[] message) {
        Envelope envelope = new Envelope(
                DeliveryFixture.address("scan@contoso.com"),
                List.of(DeliveryFixture.address("bob@fabrikam.com")),
                false);
        Arrival arrival = new Arrival(clock.instant(), InetAddress.ofLiteral("10.0.0.7"), "scanner", "ESMTP");
        Incoming incoming = queue.intake().receive();
        int taken = 0;
        for (; message.length - taken > Incoming.CHUNK_SIZE; taken += Incoming.CHUNK_SIZE) {
            incoming.append(Arrays.copyOfRange(message, taken, taken + Incoming.CHUNK_SIZE))
                    .join();
        }
        List<RoutedEnvelope> routed = List.of(new RoutedEnvelope(MAILBOX.toString(), Priority.NORMAL, envelope));
        incoming.commit(arrival, routed, SearchableHeaders.NONE, Arrays.copyOfRange(message, taken, message.length))
                .join();
        clock.advance(Duration.ofMillis(1));
    }

    private void deliverDue() {
        queue.claims()
                .claim(sender.claimScope(), 100)
                .forEach(claim -> DeliveryFixture.deliver(sender, delivery, claim));
    }

    private static String text(byte[] octets) {
        return new String(octets, ISO_8859_1);
    }
}
