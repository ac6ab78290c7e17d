package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.admit.Tolerance;
import org.o365relay.queue.Claim;
import org.o365relay.rewrite.RewriteResult;
import org.o365relay.rewrite.RewriteSettings;
import org.o365relay.rewrite.Rewriter;

/// No client can smuggle in a second message after octets that some server takes for the end of the content,
/// however they are split into packets.
@Timeout(120)
class SmugglingTest {

    // r and n stand for CR and LF, 0 for NUL.
    private static final List<String> NO_END_TO_ANYBODY = List.of(
            "r.r",
            "r.rn",
            "r.n",
            "rn.r",
            "n.r",
            "n.rr",
            "rn.0rn",
            "rn0.rn",
            "0rn.0rn",
            "rn.0n",
            "n.0n",
            "rn.r0n",
            "0.0",
            "rn..n",
            "rn00.rn",
            "rn0.0rn",
            "r0n0.r0n",
            "n0.n",
            "r0.r",
            "rrn0.rrn");
    private static final List<String> LENIENT_ENDS = List.of("n.n", "n.rn", "rn.n", "nn.n", "rrnn.rn", "r0n.rn");

    private static final String SECOND =
            "MAIL FROM:<evil@device.test>\r\nRCPT TO:<victim@contoso.test>\r\nDATA\r\nsmuggled\r\n.\r\nQUIT\r\n";

    @TempDir
    static Path directory;

    private static TestRelayFront front;

    @BeforeAll
    static void open() throws Exception {
        front = TestRelayFront.in(directory);
    }

    @AfterAll
    static void close() {
        front.close();
    }

    static Stream<Arguments> variants() {
        return Stream.of("strict", "standard", "legacy")
                .flatMap(tolerance -> Stream.concat(NO_END_TO_ANYBODY.stream(), LENIENT_ENDS.stream())
                        .map(variant -> Arguments.of(variant, tolerance)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("variants")
    void neverAcceptsASmuggledMessage(String variant, String tolerance) throws Exception {
        String begin = "EHLO x\r\nMAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n";
        byte[] stream = octets(begin + "Subject: x\r\n\r\none" + end(variant) + SECOND);
        boolean ends = tolerance.equals("legacy") && LENIENT_ENDS.contains(variant);

        converse(tolerance, stream, IntStream.empty(), ends);
        converse(tolerance, stream, IntStream.range(1, stream.length), ends);
        int from = begin.length() + "Subject: x\r\n\r\n".length();
        for (int cut = from; cut < from + "one".length() + variant.length() + "MAIL".length(); cut++) {
            converse(tolerance, stream, IntStream.of(cut), ends);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("variants")
    void executesNoCommandsAfterAMessageFromAClientWithoutCr(String variant, String tolerance) throws Exception {
        String begin = "HELO x\nMAIL FROM:<a@device.test>\nRCPT TO:<b@contoso.test>\nDATA\n";
        byte[] stream = octets(begin + "Subject: x\n\none" + end(variant) + SECOND);
        int from = begin.length() + "Subject: x\n\n".length();
        for (int cut = from; cut < from + "one".length() + variant.length() + "MAIL".length(); cut++) {
            try (SteppedConnection client = new SteppedConnection(front, settings(tolerance))) {
                send(client, stream, IntStream.of(cut));
                client.awaitEnd();
                assertThat(client.said()).doesNotContain("221 ");
            }
            List<Claim> claims = front.claims();
            assertThat(claims).hasSize(tolerance.equals("strict") ? 0 : 1);
            for (Claim claim : claims) {
                assertFitForOthers(claim);
            }
        }
    }

    /// @param cuts positions at which a new packet begins
    /// @param ends whether the variant ends the content at this tolerance
    private static void converse(String tolerance, byte[] stream, IntStream cuts, boolean ends) throws Exception {
        String said;
        try (SteppedConnection client = new SteppedConnection(front, settings(tolerance))) {
            send(client, stream, cuts);
            client.awaitEnd();
            said = client.said();
            assertThat(said.contains("421 4.7.0 Lines must end with CRLF, closing connection"))
                    .isEqualTo(ends);
        }
        List<Claim> claims = front.claims();
        if (tolerance.equals("strict")) {
            assertThat(claims).isEmpty();
        } else {
            assertThat(claims).as(said).hasSize(1);
            String content = assertFitForOthers(claims.getFirst());
            assertThat(content.contains("smuggled")).isEqualTo(!ends);
        }
    }

    private static void send(SteppedConnection client, byte[] stream, IntStream cuts) {
        int from = 0;
        for (int cut : IntStream.concat(cuts, IntStream.of(stream.length)).toArray()) {
            client.send(Arrays.copyOfRange(stream, from, cut));
            from = cut;
        }
    }

    /// @return the content as it would be sent to the upstream
    private static String assertFitForOthers(Claim claim) throws IOException {
        assertThat(claim.recipients()).singleElement().hasToString("b@contoso.test");
        RewriteSettings rules = new RewriteSettings(
                FrontSettings.MAILBOX, RewriteSettings.KEEP_DISPLAY_NAME, List.of(), null, false, false, "relay.test");
        RewriteResult rewriting = new Rewriter(rules)
                .rewrite(claim.id(), claim.arrival(), claim.envelope(), new ByteArrayInputStream(front.content(claim)));
        ByteArrayOutputStream upstream = new ByteArrayOutputStream();
        ((RewriteResult.Rewritten) rewriting).writeTo(upstream);
        String text = upstream.toString(StandardCharsets.ISO_8859_1);
        assertThat(text.replace("\r\n", "")).doesNotContain("\r", "\n");
        String stuffed = text.replace("\r\n.", "\r\n..");
        assertThat(stuffed.replace("\0", "")).as("without NULs").doesNotContain("\r\n.\r\n");
        return text;
    }

    private static FrontSettings settings(String tolerance) {
        return FrontSettings.DEFAULTS.with(
                switch (tolerance) {
                    case "strict" -> Tolerance.STRICT;
                    case "legacy" -> Tolerance.LEGACY;
                    default -> Tolerance.STANDARD;
                });
    }

    private static String end(String variant) {
        return variant.replace('r', '\r').replace('n', '\n').replace('0', '\0');
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
