package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.InternetAddress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.EncodedWords;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.mail.ReportedMessage;

class RewriterTest {

    private static final String FIELDS = "From: ann@contoso.com\r\nTo: bob@fabrikam.com\r\nSubject: x\r\n";
    private static final RewriteCase PLAIN = new RewriteCase(Path.of("plain"), Map.of());

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 8, 13, 21, 34, 55})
    void leavesABodyWithCrlfLineEndingsUnchanged(int seed) throws IOException {
        byte[] body = randomBody(new Random(seed), true);

        byte[] rewritten = rewritten(concat((FIELDS + "\r\n").getBytes(UTF_8), body));

        assertThat(bodyOf(rewritten)).isEqualTo(new String(body, ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 8, 13, 21, 34, 55})
    void endsEveryLineOfAnyBodyWithCrlf(int seed) throws IOException {
        byte[] body = randomBody(new Random(seed), false);

        String out = bodyOf(rewritten(concat((FIELDS + "\r\n").getBytes(UTF_8), body)));

        assertThat(out).endsWith("\r\n");
        assertThat(out.replace("\r\n", "")).doesNotContain("\r", "\n");
        assertThat(out.replaceAll("[\r\n]", "")).isEqualTo(new String(body, ISO_8859_1).replaceAll("[\r\n]", ""));
    }

    @Test
    void rewritesAnyBytesToOneHeaderWithOneFrom() throws Exception {
        RandomGenerator random = new Random(7);
        for (int round = 0; round < 1_000; round++) {
            byte[] in = randomMessage(random);
            String out = new String(rewritten(in), ISO_8859_1);
            assertThat(out.replace("\r\n", "")).doesNotContain("\r", "\n");
            assertThat(out.substring(0, out.indexOf("\r\n\r\n"))
                            .lines()
                            .filter(line -> line.matches("(?i)from\\s*:.*")))
                    .as(new String(in, ISO_8859_1))
                    .hasSize(1);
            InternetAddress from = fromOf(out);
            assertThat(from.getAddress()).isEqualTo("relay@contoso.example");
            assertThat(String.valueOf(from.getPersonal())).doesNotContain("@");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"a@b.com\" <ann@contoso.com>",
                "a@b.com <ann@contoso.com>",
                "\"a\\@b.com\" <ann@contoso.com>",
                "\"a@b.com@c.com\" <ann@contoso.com>",
                "\"@@@\" <ann@contoso.com>",
                "\"(a@b.com)\" <ann@contoso.com>",
                "\"'a@b.com'\" <ann@contoso.com>",
                "\"a@b.com, c@d.com\" <ann@contoso.com>",
                "\"Ann <a@b.com>\" <ann@contoso.com>",
                "=?utf-8?Q?a=40b.com?= <ann@contoso.com>",
                "\"=?utf-8?Q?a=40b.com?=\" <ann@contoso.com>",
                "=?utf-8?B?YUBiLmNvbQ==?= <ann@contoso.com>",
                "x=?utf-8?Q?a=40b.com?=y <ann@contoso.com>",
                "=?x-unknown?Q?a=40b.com?= <ann@contoso.com>",
                "=?utf-8?Q?broken=4?= a@b <ann@contoso.com>",
                "==??utf-8?Q?a=40b.com?= <ann@contoso.com>",
                "=?utf-8?Q?=3D?= =?utf-8?Q?=3Futf-8=3FQ=3Fa=3D40b=3F=3D?= <ann@contoso.com>",
                "a\uFF20b.com <ann@contoso.com>",
                "ann@contoso.com (a@b.com)",
                "<<ann@contoso.com>>",
                "ann@contoso.com <ann@contoso.com",
                "@",
                "<@>",
                ",,,",
                ";:;:",
                "\"",
                "(",
                "\\",
                "[@]"
            })
    void neverWritesAnAtSignInADisplayName(String from) throws Exception {
        String out = new String(rewritten(("From: " + from + "\r\n\r\n").getBytes(UTF_8)), ISO_8859_1);

        InternetAddress address = fromOf(out);
        assertThat(address.getAddress()).isEqualTo("relay@contoso.example");
        String name = String.valueOf(address.getPersonal());
        assertThat(name).doesNotContain("@", "\uFF20");
        assertThat(EncodedWords.decode(name)).doesNotContain("@");
    }

    @Test
    @Timeout(20)
    void rewritesAFromOf200Kilobytes() throws Exception {
        for (String part : new String[] {
            "ann@contoso.com, ",
            "x",
            "(",
            "\"a\" ",
            "=?utf-8?Q?=40?= ",
            "<",
            "a@",
            "@",
            "\\",
            ":",
            "Ann <ann@contoso.com>;"
        }) {
            String from = part.repeat(200 * 1024 / part.length());
            String out = new String(rewritten(("From: " + from + "\r\n\r\nbody\r\n").getBytes(UTF_8)), ISO_8859_1);
            assertThat(fromOf(out).getAddress()).isEqualTo("relay@contoso.example");
            assertThat(out.length()).isLessThan(10_000);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a@b.com,", "a@b.com <a@b.com>,", "a b c@d.com ", "a ", " ", "\"a\" ", "(", "<", "\\", "a@", ":"
            })
    @Timeout(20)
    void rewritesAToOf900Kilobytes(String part) throws Exception {
        byte[] in = ("From: ann@contoso.com\r\nTo: " + part.repeat(900 * 1024 / part.length()) + "x@y.com\r\n\r\n")
                .getBytes(UTF_8);

        DocumentedChanges.check(PLAIN.rules(), in, rewritten(in));
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Long: ", "X-A: 1\r\n", "a:\n", "X-Folded: a\r\n", "From: a@b.com, c@d.com"})
    void rejectsAHeaderThatIsTooLarge(String field) throws IOException {
        String fields =
                field.endsWith("\n") ? field.repeat(1 + HeaderSizeLimit.RECEIVED.octets() / field.length()) : field;
        InputStream endless = new SequenceInputStream(stream("From: ann@contoso.com\r\n" + fields), endless());

        RewriteResult rewriting = rewrite(endless);

        assertThat(rewriting).isInstanceOfSatisfying(RewriteResult.Unacceptable.class, refused -> {
            assertThat(refused.reply().toString()).startsWith("552 5.3.4 ");
            assertThat(refused.original().noticeAddress()).contains(address("ann@contoso.com"));
            assertThat(refused.original().header().length).isLessThanOrEqualTo(ReportedMessage.MAX_HEADER);
        });
    }

    @Test
    @Timeout(20)
    void rewritesTenThousandFields() throws Exception {
        String in = "X: y\r\n".repeat(2_000) + "From: @\r\nReply-To: @\r\n".repeat(4_000) + "\r\n";

        assertThat(fromOf(new String(rewritten(in.getBytes(UTF_8)), ISO_8859_1)).getAddress())
                .isEqualTo("relay@contoso.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"From: ", "Reply-To: "})
    @Timeout(20)
    void takesNoLongerForManyFieldsOfEncodedWordsThanForOne(String field) throws Exception {
        String words = "=?utf-8?Q?=40?= ".repeat(500);
        byte[] in = ("From: ann@contoso.com\r\n" + (field + words + "\r\n").repeat(50) + "\r\n").getBytes(UTF_8);

        for (int round = 0; round < 10; round++) {
            assertThat(fromOf(new String(rewritten(in), ISO_8859_1)).getAddress())
                    .isEqualTo("relay@contoso.example");
        }
    }

    @Test
    void acceptsAHeaderOfAlmostOneMebibyte() throws IOException {
        String fields = FIELDS + ("X-Padding: " + "x".repeat(900) + "\r\n").repeat(1100);

        String out = new String(rewritten((fields + "\r\nbody\r\n").getBytes(UTF_8)), ISO_8859_1);

        assertThat(fields.length())
                .isBetween(HeaderSizeLimit.RECEIVED.octets() * 9 / 10, HeaderSizeLimit.RECEIVED.octets());
        assertThat(out).endsWith("\r\n\r\nbody\r\n").contains(fields.substring(FIELDS.length()));
    }

    @Test
    void acceptsABodyWithoutHeaderAndFinalLineEnding() throws IOException {
        String body = "x".repeat(2 * HeaderSizeLimit.RECEIVED.octets());

        assertThat(bodyOf(rewritten(body.getBytes(UTF_8)))).isEqualTo(body + "\r\n");
    }

    @Test
    void readsInPiecesOfAnySize() throws IOException {
        byte[] in = (FIELDS.replace("\r\n", "\r") + "\r\r\nbody\r\n\rend\r").getBytes(UTF_8);
        RewriteResult byteByByte = rewrite(new Trickle(in));

        assertThat(RewriteCase.bytes(byteByByte)).isEqualTo(rewritten(in));
    }

    @Test
    void writesALargeBodyInPieces() throws IOException {
        LargestWrite out = new LargestWrite();
        byte[] body = "line\n".repeat(1_000_000).getBytes(UTF_8);
        InputStream in = new SequenceInputStream(stream(FIELDS + "\r\n"), new ByteArrayInputStream(body));

        if (rewrite(in) instanceof RewriteResult.Rewritten message) {
            message.writeTo(out);
        }

        assertThat(out.largest).isBetween(1024, 64 * 1024);
        assertThat(out.single).isZero();
    }

    @Test
    void determinesTheRecipientOfANotice() throws IOException {
        assertThat(author("From: root@localhost\r\nReply-To: it@contoso.com\r\n"))
                .isEqualTo("it@contoso.com");
        assertThat(author("From: Bob <bob@contoso.com>\r\nReply-To: it@contoso.com\r\n"))
                .isEqualTo("bob@contoso.com");
        assertThat(author("From: Relay@Contoso.Example\r\n")).isEqualTo("ann@contoso.com");
        assertThat(author("Subject: none\r\n")).isEqualTo("ann@contoso.com");
    }

    @Test
    void keepsTheOriginalHeaderForTheNotice() throws IOException {
        ReportedMessage original = rewrite(stream("From ann\nBcc: a@b.com\nSubject: x\n folded\n\nbody"))
                .original();

        assertThat(new String(original.header(), UTF_8)).isEqualTo("Bcc: a@b.com\r\nSubject: x\r\n folded\r\n");
    }

    @Test
    void replacesTheMessageIdAndRecordsTheOriginal() throws IOException {
        String in = """
            X-Original-Message-ID: <forged@x>
            Message-ID:
             <1@mfp>
            Message-ID: <2@mfp>
            Date: x
            From: a@b.com

            body
            """;
        RewriteResult result = new Rewriter(PLAIN.rules())
                .rewrite(RewriteCase.id(), PLAIN.arrival(), PLAIN.envelope(), "<1.0f@mfp>", stream(in));

        String out = new String(RewriteCase.bytes(result), UTF_8);
        assertThat(out.lines().filter(line -> line.contains("Message-ID")))
                .containsExactly("Message-ID: <1.0f@mfp>", "X-Original-Message-ID: <1@mfp>");
        assertThat(new String(result.original().header(), UTF_8))
                .as("a notice names the original")
                .contains("Message-ID:\r\n <1@mfp>")
                .doesNotContain("1.0f");
    }

    private static String author(String header) throws IOException {
        return rewrite(stream(header + "\r\n"))
                .original()
                .noticeAddress()
                .orElseThrow()
                .toString();
    }

    private static byte[] rewritten(byte[] in) throws IOException {
        return RewriteCase.bytes(rewrite(new ByteArrayInputStream(in)));
    }

    private static RewriteResult rewrite(InputStream in) throws IOException {
        return new Rewriter(PLAIN.rules()).rewrite(RewriteCase.id(), PLAIN.arrival(), PLAIN.envelope(), in);
    }

    private static String bodyOf(byte[] message) {
        String text = new String(message, ISO_8859_1);
        return text.substring(text.indexOf("\r\n\r\n") + 4);
    }

    private static InternetAddress fromOf(String message) throws Exception {
        String unfolded = message.replaceAll("\r\n(?=[ \t])", "");
        String value = unfolded.lines()
                .filter(line -> line.startsWith("From: "))
                .findFirst()
                .orElseThrow()
                .substring(6);
        return InternetAddress.parse(value, true)[0];
    }

    @ParameterizedTest
    @ValueSource(longs = {822, 2822, 5322})
    void changesRandomHeadersOnlyAsDocumented(long seed) throws IOException {
        RandomGenerator random = new Random(seed);
        for (int round = 0; round < 1_000; round++) {
            byte[] in = randomHeader(random);
            DocumentedChanges.check(PLAIN.rules(), in, rewritten(in));
        }
    }

    private static byte[] randomHeader(RandomGenerator random) {
        String[] names = {
            "To", "Cc", "Subject", "Message-ID", "Content-Type", "date", "X-A ", "mime-version", "From", "--x"
        };
        String[] values = {
            "", "a@b.com", "\"A, B\" <c@d.com>,", "(", "text/plain", "multipart/mixed", "1.0", "\r\n ", "\0", "\u00e9"
        };
        String[] ends = {"\r\n", "\n", "\r", "\r\r\n", "\r\n \r\n", "\r\n\tx\r\n", " ".repeat(1000) + "\n"};
        StringBuilder header = new StringBuilder();
        header.append(new String[] {"", "", "\u00ef\u00bb\u00bf", "\r\n", " \n\r\n", "From x\n"}[random.nextInt(6)]);
        for (int i = random.nextInt(8); i >= 0; i--) {
            header.append(names[random.nextInt(names.length)]).append(": ");
            header.append(values[random.nextInt(values.length)].repeat(random.nextInt(20) == 0 ? 200 : 1));
            header.append(ends[random.nextInt(ends.length)]);
        }
        return header.append(random.nextBoolean() ? "\r\n" : "")
                .append("\0.\r\r\nbody")
                .toString()
                .getBytes(ISO_8859_1);
    }

    private static byte[] randomBody(RandomGenerator random, boolean crlf) {
        StringBuilder body = new StringBuilder();
        for (int line = 0; line < 2_000; line++) {
            for (int i = random.nextInt(100); i > 0; i--) {
                char c = (char) random.nextInt(1, 256);
                body.append(c == '\r' || c == '\n' ? 'x' : c);
            }
            body.append(crlf ? "\r\n" : new String[] {"\r", "\n", "\r\n", "\n\r", "\r\r\n"}[random.nextInt(5)]);
        }
        return body.toString().getBytes(ISO_8859_1);
    }

    private static byte[] randomMessage(RandomGenerator random) {
        String[] words = {
            "From",
            "from",
            ":",
            " ",
            "\t",
            "\r\n",
            "\n",
            "\r",
            "@",
            "<",
            ">",
            "\"",
            "(",
            ")",
            ",",
            ";",
            "\\",
            "a",
            "b.com",
            "ann@contoso.com",
            "Reply-To:",
            "From: ",
            "Sender: ",
            "=?utf-8?Q?",
            "=40",
            "?=",
            "=?utf-8?B?YUBi?=",
            "\0",
            "\u00fc",
            "relay@contoso.example",
            "[",
            "]",
            "Date:",
            "\r\nFrom: ",
            "\r\n ",
            "\u0080",
            "undisclosed:;"
        };
        StringBuilder message = new StringBuilder("From: ");
        for (int i = random.nextInt(40); i > 0; i--) {
            message.append(words[random.nextInt(words.length)]);
        }
        return message.toString().getBytes(ISO_8859_1);
    }

    private static byte[] concat(byte[] head, byte[] tail) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(head);
        all.write(tail);
        return all.toByteArray();
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static InputStream endless() {
        return new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }

    /// Returns one octet per read.
    private static final class Trickle extends ByteArrayInputStream {
        Trickle(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) {
            return super.read(buffer, offset, Math.min(length, 1));
        }
    }

    private static final class LargestWrite extends OutputStream {
        private int largest;
        private int single;

        @Override
        public void write(int octet) {
            single++;
        }

        @Override
        public void write(byte[] octets, int offset, int length) {
            largest = Math.max(largest, length);
        }
    }
}
