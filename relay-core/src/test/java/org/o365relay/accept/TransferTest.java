package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Polling;
import org.o365relay.accept.session.RejectLog;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.MoreRejected;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.MessageEntry;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

/// The transfer of content: in any packets, of any size, and when the connection is lost.
@Timeout(30)
class TransferTest {

    private static final InetAddress DEVICE = InetAddress.ofLiteral("127.0.0.1");
    private static final byte[] FINAL_DOT = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path directory;

    @Test
    void acceptsOneOctetPerPacket() throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.expect("220 ");
            String said = String.join(
                    "\r\n",
                    List.of(
                            "HELO plc",
                            "MAIL FROM:<a@device.test>",
                            "RCPT TO:<b@contoso.test>",
                            "DATA",
                            "Subject: slow",
                            "",
                            "..",
                            ".",
                            "QUIT",
                            ""));
            for (byte octet : said.getBytes(StandardCharsets.US_ASCII)) {
                client.send(new byte[] {octet});
            }
            for (String reply : List.of("250 ", "250 ", "250 ", "354 ", "250 2.0.0 ", "221 ")) {
                client.expect(reply);
            }
            client.expectClosed();
            assertThat(front.content(only(front))).asString().isEqualTo("Subject: slow\r\n\r\n.\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 5 * Incoming.CHUNK_SIZE})
    void storesTheSearchableHeaders(int size) throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.expect("220 ");
            client.send("HELO mfp\r\nMAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            for (String reply : List.of("250 ", "250 ", "250 ", "354 ")) {
                client.expect(reply);
            }
            client.send(("Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@mfp>\r\n\r\n" + "x".repeat(size))
                    .getBytes(StandardCharsets.US_ASCII));
            client.send(FINAL_DOT);
            client.expect("250 2.0.0 ");
            MessageEntry line =
                    front.queue().reader().show(only(front).id()).orElseThrow().entry();
            assertThat(line.subject()).isEqualTo("Gr\u00fc\u00dfe");
            assertThat(line.messageId()).isEqualTo("<1@mfp>");
        }
    }

    @Test
    void executesNoCommandsInContentSentAfterARejectedData() throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.expect("220 ");
            client.send(String.join(
                    "\r\n",
                    List.of(
                            "EHLO form",
                            "MAIL FROM:<form@device.test>",
                            "RCPT TO:<nobody>",
                            "DATA",
                            "Subject: from the form",
                            "",
                            "RSET",
                            "MAIL FROM:<evil@device.test>",
                            "RCPT TO:<victim@contoso.test>",
                            "DATA",
                            "Subject: smuggled",
                            "",
                            ".",
                            "")));
            client.expect("250");
            client.expect("250 2.1.0 ");
            client.expect("553 ");
            client.expect("554 5.5.1 No valid recipients");
            client.expect("421 4.7.0 Non-SMTP command");
            client.expectClosed();
            assertThat(front.claims()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 200 * 1024, 1_000 * 1024})
    void discardsAMessageWithoutItsFinalDot(int size) throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory)) {
            try (DialogClient client = front.connect()) {
                client.beginContent();
                client.send("x".repeat(size) + "\r\n.\r");
                client.endOutput();
                client.expectClosed();
            }
            assertDeviated(front, Deviation.DISCONNECT_IN_MESSAGE);
            front.stop();
            assertThat(front.claims()).isEmpty();
            assertThat(front.journal().accepted()).isEmpty();
        }
        try (TestRelayFront next = TestRelayFront.in(directory)) {
            assertThat(next.claims()).isEmpty();
            assertThat(next.rows("chunk")).isZero();
            assertThat(next.rows("incoming")).isZero();
        }
    }

    @Test
    void discardsChunksWhenTheClientDisconnects() throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory)) {
            try (DialogClient client = front.connect()) {
                client.beginContent();
                client.send("x".repeat(200 * 1024));
                Polling.until("chunk written", () -> front.rows("incoming") == 1);
                assertThat(front.rows("chunk")).isOne();
            }
            Polling.until("chunks deleted", () -> front.rows("incoming") == 0 && front.rows("chunk") == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 200 * 1024, 3_000 * 1024})
    void keepsAMessageWhoseClientDisconnectsRightAfterTheFinalDot(int size) throws Exception {
        byte[] content = lines(size);
        try (TestRelayFront front = TestRelayFront.in(directory)) {
            try (DialogClient client = front.connect()) {
                client.beginContent();
                client.send(concat(content, ".\r\n".getBytes(StandardCharsets.US_ASCII)));
            }
            assertThat(front.content(awaitOne(front))).isEqualTo(content);
            Polling.until("counted", () -> front.hasDeviated(DEVICE, Deviation.NO_QUIT));
            assertThat(front.devices().records().getFirst().deviations())
                    .doesNotContainKey(Deviation.DISCONNECT_IN_MESSAGE);
        }
    }

    @Test
    void keepsEveryMessageOfAClientThatSendsSeveralAndDisconnects() throws Exception {
        byte[] content = lines(400 * 1024);
        byte[] again = "MAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\nsecond\r\n.\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        try (TestRelayFront front = TestRelayFront.in(directory)) {
            try (DialogClient client = front.connect()) {
                client.beginContent();
                client.send(concat(concat(content, ".\r\n".getBytes(StandardCharsets.US_ASCII)), again));
            }
            assertThat(front.content(awaitOne(front))).isEqualTo(content);
            assertThat(front.content(awaitOne(front))).asString().isEqualTo("second\r\n");
        }
    }

    @Test
    void storesALargeMessageInChunksUpToTheMaximumSize() throws Exception {
        byte[] content = lines(2_000 * 1024);
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send(concat(content, FINAL_DOT));
            client.expect("250 2.0.0 Queued as ");
            assertThat(front.number("SELECT max(length(content)) FROM chunk")).isLessThanOrEqualTo(Incoming.CHUNK_SIZE);
            assertThat(front.content(only(front))).hasSize(content.length + 2);
        }
    }

    @Test
    void slowsTheClientWhileTheQueueCannotWriteAndLosesNothing() throws Exception {
        String line = "0123456789abcdef".repeat(4) + "\r\n";
        try (TestRelayFront front = TestRelayFront.in(directory);
                FloodingClient client = new FloodingClient(front.port(), line)) {
            long written;
            try (Connection other = front.database();
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE"); // the queue's writer waits for this to end
                client.channel()
                        .write(StandardCharsets.US_ASCII.encode(
                                "MAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n"));
                written = client.writeUntilStuck(Duration.ofMillis(400));
                assertThat(written).isLessThan(FloodingClient.TOO_MUCH / 2);
                statement.execute("ROLLBACK");
            }
            var channel = client.channel();
            written += channel.write(client.rest());
            channel.write(StandardCharsets.US_ASCII.encode(".\r\n"));
            BufferedReader replies = new BufferedReader(
                    new InputStreamReader(channel.socket().getInputStream(), StandardCharsets.US_ASCII));
            for (String reply : List.of("220 ", "250 ", "250 ", "354 ", "250 2.0.0 Queued as ")) {
                assertThat(replies.readLine()).startsWith(reply);
            }
            assertThat(only(front).size()).isEqualTo(written);
        }
    }

    @Test
    void stopsReadingFromAClientThatDoesNotReadItsReplies() throws Exception {
        FrontSettings settings = FrontSettings.DEFAULTS.withRecipients(Integer.MAX_VALUE);
        try (TestRelayFront front = new TestRelayFront(directory, settings);
                FloodingClient client = FloodingClient.withRecipients(front.port())) {
            long written = client.writeUntilStuck(Duration.ofMillis(300));
            assertThat(written).isLessThan(FloodingClient.TOO_MUCH / 4);

            var channel = client.channel();
            BufferedReader replies = new BufferedReader(
                    new InputStreamReader(channel.socket().getInputStream(), StandardCharsets.US_ASCII));
            assertThat(replies.readLine()).startsWith("220 ");
            assertThat(replies.readLine()).startsWith("250 2.1.0 ");
            for (long i = 0; i < written / FloodingClient.RECIPIENT_LINE; i++) {
                assertThat(replies.readLine().startsWith("250 2.1.5 ")).isTrue();
            }
        }
    }

    @Test
    void storesThirtyMebibytesUnchanged() throws Exception {
        byte[] content = lines(30 * 1024 * 1024);
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send(content);
            client.send(".\r\n");
            client.expect("250 2.0.0 Queued as ");
            Claim claim = only(front);
            assertThat(claim.size()).isEqualTo(content.length);
            try (InputStream stored = front.queue().claims().content(claim)) {
                assertThat(Arrays.equals(stored.readAllBytes(), content)).isTrue();
            }
        }
    }

    @Test
    void rejectsAMessageThatIsTooLargeAfterItsFinalDotAndContinues() throws Exception {
        try (TestRelayFront front = new TestRelayFront(directory, FrontSettings.DEFAULTS.withMessageSize(300 * 1024));
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send(concat(lines(2_000 * 1024), ".\r\n".getBytes(StandardCharsets.US_ASCII)));
            client.expect("552 5.3.4 ");
            client.beginNextContent();
            client.say("small\r\n.", "250 2.0.0 ");
            client.say("QUIT", "221 ");
            assertThat(front.content(only(front))).asString().isEqualTo("small\r\n");
            front.stop();
            assertThat(front.rows("chunk")).isOne();
            assertThat(front.rows("incoming")).isZero();
            assertThat(front.journal().rejected()).singleElement().satisfies(rejected -> {
                assertThat(rejected.from()).hasToString("scan@device.test");
                assertThat(rejected.to()).hasToString("boss@contoso.test");
            });
        }
    }

    @Test
    void rejectsAMessageWithTooLargeAHeaderAfterItsFinalDotAndContinues() throws Exception {
        String line = "X: " + "y".repeat(1_019) + "\r\n"; // 1 KiB
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send(line.repeat(1_024) + "\r\nbody\r\n.\r\n");
            client.expect("250 2.0.0 ");
            client.beginNextContent();
            client.send(line.repeat(1_024) + "Z:\r\n\r\nbody\r\n.\r\n");
            client.expect("552 5.3.4 Header size exceeds fixed maximum size (the relay accepts at most 1 MiB and 10,000"
                    + " fields)");
            client.beginNextContent();
            client.send("X: " + "y".repeat(3 * 1_024 * 1_024) + "\r\n.\r\n");
            client.expect("552 5.3.4 Header size exceeds");
            client.beginNextContent();
            client.send("a:\n".repeat(10_001) + "\r\nbody\r\n.\r\n");
            client.expect("552 5.3.4 Header size exceeds");
            client.beginNextContent();
            client.send("a:\n".repeat(9_999) + "X: y\r\n\r\n" + line.repeat(3_000) + ".\r\n");
            client.expect("250 2.0.0 ");
            client.say("QUIT", "221 ");
            front.stop();
            assertThat(front.claims()).hasSize(2);
            assertThat(front.rows("incoming")).isZero();
        }
    }

    @Test
    void rejectsAChunkedMessageWithTooLargeAHeader() throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.expect("220 ");
            client.say("MAIL FROM:<a@device.test>", "250 ");
            client.say("RCPT TO:<b@contoso.test>", "250 ");
            String chunk = ("X: " + "y".repeat(95) + "\r\n").repeat(6_000);
            client.send("BDAT 600000\r\n" + chunk);
            client.expect("250 2.0.0 600000 octets received");
            client.send("BDAT 600000\r\n" + chunk);
            client.expect("552 5.3.4 Header size exceeds");
            client.send("BDAT 2 LAST\r\n\r\n");
            client.expect("552 5.3.4 Header size exceeds");
            assertThat(front.claims()).isEmpty();
        }
    }

    @Test
    void rejectsAMessageThatIsTooLargeForItsMailbox() throws Exception {
        EmailAddress large = EmailAddress.parse("large@contoso.test").orElseThrow();
        Routes routes = new Routes(
                List.of(),
                List.of(
                        new Target("relay@contoso.test", List.of(FrontSettings.MAILBOX), 300 * 1024, null),
                        new Target("large@contoso.test", List.of(large), 10_000 * 1024, null)));
        try (TestRelayFront front = new TestRelayFront(directory, FrontSettings.DEFAULTS.with(routes));
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send(concat(lines(2_000 * 1024), ".\r\n".getBytes(StandardCharsets.US_ASCII)));
            client.expect("552 5.3.4 Message size exceeds limit of 307200 octets for relay@contoso.test");
            client.beginNextContent();
            client.say("small\r\n.", "250 2.0.0 ");
            front.stop();
            assertThat(front.rows("chunk")).isOne();
            assertThat(front.rows("incoming")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void logsTheNumberOfSuppressedRejectionsHoweverTheSessionEnds(boolean quits) throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory)) {
            try (DialogClient client = front.connect()) {
                client.expect("220 ");
                client.say("EHLO printer", "250");
                client.say("MAIL FROM:<a@device.test>", "250 ");
                for (int i = 0; i < RejectLog.SESSION_LINES + 5; i++) {
                    client.say("RCPT TO:<root>", "553 ");
                }
                assertThat(front.journal().rejected()).hasSize(RejectLog.SESSION_LINES);
                if (quits) {
                    client.say("QUIT", "221 ");
                    client.expectClosed();
                }
            }
            front.stop();
            assertThat(front.journal().rejected()).hasSize(RejectLog.SESSION_LINES);
            assertThat(front.journal().moreRejected())
                    .extracting(MoreRejected::count)
                    .containsExactly(5);
        }
    }

    @Test
    void recordsTheSameInQueueAndJournal() throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send("hello\r\n.\r\n");
            String reply = client.reply();
            Claim claim = only(front);
            assertThat(reply).isEqualTo("250 2.0.0 Queued as " + claim.id());
            assertThat(claim.arrival().at()).isEqualTo(Instant.parse("2026-11-21T10:00:00.123Z"));
            assertThat(front.journal().accepted())
                    .containsExactly(new Accepted(claim.id(), claim.arrival(), claim.envelope(), claim.size()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 200 * 1024, 3_000 * 1024})
    void repliesToAClientThatClosesItsOutputAfterTheFinalDot(int size) throws Exception {
        byte[] content = lines(size);
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send(concat(content, ".\r\n".getBytes(StandardCharsets.US_ASCII)));
            client.endOutput();
            client.expect("250 2.0.0 Queued as ");
            client.expectClosed();
            assertThat(front.content(only(front))).isEqualTo(content);
            assertDeviated(front, Deviation.NO_QUIT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOOP", "NOOP\r\nNOO", "MAIL FROM:<a@device.test>"})
    void closesImmediatelyWhenTheClientClosesItsOutputBetweenMessages(String said) throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.expect("220 ");
            client.send(said);
            client.endOutput();
            while (client.peek() >= 0) {
                client.expect("250 ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DATA\r\nSubject: x\r\n\r\n.\r", "BDAT 10 LAST\r\n123456789", "BDAT 3\r\n123"})
    void countsADisconnectInAMessage(String said) throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory)) {
            try (DialogClient client = front.connect()) {
                client.expect("220 ");
                client.send("EHLO x\r\nMAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\n" + said);
                client.endOutput();
                client.skipToEnd();
            }
            assertDeviated(front, Deviation.DISCONNECT_IN_MESSAGE);
            assertThat(front.claims()).isEmpty();
        }
    }

    @Test
    void acceptsALargeMessageInChunksOfAnySize() throws Exception {
        byte[] content = new byte[2_000 * 1024];
        new Random(3030).nextBytes(content);
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.expect("220 ");
            client.say("EHLO x", "250 ");
            client.say("MAIL FROM:<a@device.test> BODY=BINARYMIME", "250 ");
            client.say("RCPT TO:<b@contoso.test>", "250 ");
            int sent = 0;
            for (int size : new int[] {1, 127 * 1024, 128 * 1024 - 1, 128 * 1024, 128 * 1024 + 1, 700 * 1024}) {
                byte[] chunk = Arrays.copyOfRange(content, sent, sent + size);
                client.send(concat(("BDAT " + size + "\r\n").getBytes(StandardCharsets.US_ASCII), chunk));
                client.expect("250 2.0.0 " + size + " octets received");
                sent += size;
            }
            byte[] last = Arrays.copyOfRange(content, sent, content.length);
            client.send(concat(("BDAT " + last.length + " LAST\r\n").getBytes(StandardCharsets.US_ASCII), last));
            client.expect("250 2.0.0 Queued as ");
            assertThat(front.content(only(front))).isEqualTo(content);
            assertThat(front.number("SELECT max(length(content)) FROM chunk")).isLessThanOrEqualTo(Incoming.CHUNK_SIZE);
        }
    }

    @Test
    void skipsAChunkThatIsTooLargeAndContinues() throws Exception {
        try (TestRelayFront front = new TestRelayFront(directory, FrontSettings.DEFAULTS.withMessageSize(300 * 1024));
                DialogClient client = front.connect()) {
            client.expect("220 ");
            client.send("EHLO x\r\nMAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\n");
            client.send("BDAT 2000000 LAST\r\n" + "QUIT\r\n--".repeat(250_000));
            client.expect("250 ");
            client.expect("250 2.1.0 ");
            client.expect("250 2.1.5 ");
            client.expect("552 5.3.4 ");
            client.say("NOOP", "250 ");
            assertThat(front.claims()).isEmpty();
            assertThat(front.rows("chunk")).isZero();
        }
    }

    @Test
    void acceptsALineLongerThanAMebibyte() throws Exception {
        byte[] content = ("x".repeat(1_500_000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send(concat(content, ".\r\n".getBytes(StandardCharsets.US_ASCII)));
            client.expect("250 2.0.0 Queued as ");
            assertThat(front.content(only(front))).isEqualTo(content);
            assertDeviated(front, Deviation.LONG_LINE);
        }
    }

    private static void assertDeviated(TestRelayFront front, Deviation deviation) {
        assertThat(front.hasDeviated(DEVICE, deviation)).as(deviation.key()).isTrue();
    }

    private static Claim only(TestRelayFront front) {
        List<Claim> claims = front.claims();
        assertThat(claims).hasSize(1);
        return claims.getFirst();
    }

    private static Claim awaitOne(TestRelayFront front) throws InterruptedException {
        List<Claim> claims = front.queue().claims().claim(FrontSettings.SUPPLY, 1);
        for (int i = 0; i < 100 && claims.isEmpty(); i++) {
            front.queue().claims().awaitDue(FrontSettings.SUPPLY, Duration.ofMillis(100));
            claims = front.queue().claims().claim(FrontSettings.SUPPLY, 1);
        }
        assertThat(claims).hasSize(1);
        return claims.getFirst();
    }

    /// Random octets without dots, in lines that end in CRLF.
    private static byte[] lines(int size) {
        byte[] octets = new byte[size];
        new Random(size).nextBytes(octets);
        for (int i = 0; i < size; i++) {
            if (octets[i] == '\r' || octets[i] == '\n' || octets[i] == '.') {
                octets[i] = ' ';
            }
            if (i % 1_000 == 999 || i == size - 1) {
                octets[i - 1] = '\r';
                octets[i] = '\n';
            }
        }
        return octets;
    }

    private static byte[] concat(byte[] first, byte[] second) throws IOException {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
