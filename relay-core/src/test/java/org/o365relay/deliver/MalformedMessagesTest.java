package org.o365relay.deliver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.MalformedMessages;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.mail.Envelope;
import org.o365relay.rewrite.DocumentedChanges;
import org.o365relay.rewrite.RewriteSettings;

/// Sends each of the messages in `malformed/`, and some too large to be files, through the queue, the rewriter
/// and a delivery attempt: it arrives, changed only as documented, and delays no other message.
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // opening a queue takes longer than all the rest
class MalformedMessagesTest {

    private static final RewriteSettings RULES = DeliveryFixture.rules(DeliveryFixture.MAILBOX);
    private static final byte[] NEXT = "From: scan@contoso.com\r\nSubject: next\r\n\r\nnext\r\n".getBytes(ISO_8859_1);
    private static final int MEBIBYTE = 1024 * 1024;

    private DeliveryFixture relay;
    private int sentBefore;
    private int failedBefore;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        relay = new DeliveryFixture(directory);
    }

    @AfterAll
    void close() {
        relay.close();
    }

    @BeforeEach
    void begin() {
        relay.deliverDue(); // a notice about a message that failed
        sentBefore = relay.upstream.sent().size();
        failedBefore = failed().size();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("org.o365relay.MalformedMessages#files")
    @Timeout(20)
    void arrivesChangedOnlyAsDocumented(String file) throws Exception {
        byte[] message = MalformedMessages.octets(file);

        accept(message);
        accept(NEXT);
        relay.deliverDue();

        assertThat(sent()).as("this message and the next").hasSize(2);
        DocumentedChanges.check(RULES, message, sent().get(0));
        DocumentedChanges.check(RULES, NEXT, sent().get(1));
        assertThat(text(sent().getFirst())).as("Bcc").doesNotContain("hidden");
    }

    @Test
    void acceptsAHeaderJustBelowOneMebibyte() {
        String field = "X-Padding: " + "x".repeat(900) + "\r\n";
        String fields = "From: scan@contoso.com\r\n" + field.repeat(MEBIBYTE / field.length() - 1);
        byte[] message = (fields + "\r\nbody\r\n").getBytes(ISO_8859_1);

        accept(message);
        relay.deliverDue();

        assertThat(fields.length()).isBetween(MEBIBYTE - 2 * field.length(), MEBIBYTE);
        DocumentedChanges.check(RULES, message, sent().getFirst());
    }

    @ParameterizedTest
    @CsvSource({"X-Odd: 1, 10000", "a:, 10000", "a:, 200000", "X-Padding: @, 1200"})
    void failsAHeaderThatIsTooLargeAndContinues(String field, int count) {
        String fields = (field.replace("@", "x".repeat(900)) + "\r\n").repeat(count);
        accept(("From: scan@contoso.com\r\n" + fields + "\r\nbody\r\n").getBytes(ISO_8859_1));
        accept(NEXT);
        relay.deliverDue();

        assertThat(failed().subList(failedBefore, failed().size()))
                .singleElement()
                .asString()
                .contains("552 5.3.4");
        assertThat(sent()).anySatisfy(sent -> assertThat(text(sent)).contains("Subject: next"));
    }

    @Test
    void theTableListsAllFiles() throws IOException {
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
        relay.commit(DeliveryFixture.MAILBOX.toString(), envelope, message);
        relay.clock.advance(Duration.ofMillis(1));
    }

    private List<String> failed() {
        return relay.journal.lines("failed");
    }

    /// @return what was sent by this test
    private List<byte[]> sent() {
        List<FakeUpstream.Sent> sent = relay.upstream.sent();
        return sent.subList(sentBefore, sent.size()).stream()
                .map(message -> message.octets().getBytes(ISO_8859_1))
                .toList();
    }

    private static String text(byte[] octets) {
        return new String(octets, ISO_8859_1);
    }
}
