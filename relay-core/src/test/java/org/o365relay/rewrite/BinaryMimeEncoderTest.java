package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.UnacceptableContentException;

class BinaryMimeEncoderTest {

    private static final String BEGINNING = """
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: application/octet-stream
        Content-Transfer-Encoding: binary

        """.replace("\n", "\r\n");
    private static final String END = "\r\n--b--\r\n";

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 56, 57, 58, 16_383, 16_384, 16_385, 100_000})
    void keepsEveryOctetOfAPart(int size) throws Exception {
        for (byte[] content : List.of(random(size), "\r".repeat(size).getBytes(ISO_8859_1), lineFeeds(size))) {
            byte[] encoded = encoded(message(content));

            assertThat(part(encoded, 0)).isEqualTo(content);
            assertThat(new String(encoded, ISO_8859_1).replace("\r\n", "")).doesNotContain("\r", "\n");
        }
    }

    @ParameterizedTest
    @MethodSource("org.o365relay.rewrite.RewriteCase#all")
    void doesNotDependOnTheSizeOfReads(RewriteCase example) throws IOException {
        byte[] original = example.in();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            BinaryMimeEncoder.encode(dripping(original), out);
        } catch (UnacceptableContentException e) {
            assertThatThrownBy(() -> encoded(original)).hasMessage(e.getMessage());
            return;
        }
        assertThat(out.toByteArray()).isEqualTo(encoded(original));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Subject: x||one|two|--b|four|",
                "Content-Type: multipart/mixed; boundary=b||--b||one||two|--b--|end|",
                "Content-Type: multipart/mixed; boundary=b||--c|--c--|",
                "Content-Type: multipart/mixed; boundary=b||--b|Content-Type: multipart/mixed; boundary=c||"
                        + "none|--b--|",
                "Content-Type: message/rfc822|Content-Transfer-Encoding: base64||U3ViamVjdDogeA==|",
                "Content-Type: message/rfc822|Content-Transfer-Encoding: (as\\)) quoted-printable||no header=20|",
                "Content-Type: multipart/signed; boundary=b||--b||one|--b||signature|--b--|"
            })
    void leavesTextPartsUnchanged(String message) throws IOException {
        String text = message.replace("|", "\r\n");

        assertThat(encoded(text.getBytes(ISO_8859_1))).asString(ISO_8859_1).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"one\ntwo", "one\rtwo", "NUL \0", "one\r", "\n", "one\r\n\ntwo"})
    void encodesPartsThatAreNotTextEvenIfNotDeclaredBinary(String content) throws Exception {
        for (String encoding : List.of("", "Content-Transfer-Encoding: (raw) 8bit\r\n")) {
            String message = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + encoding
                    + "\r\n" + content + "\r\n--b\r\n\r\ntext\r\n--b--\r\n";

            byte[] encoded = encoded(message.getBytes(ISO_8859_1));

            assertThat(part(encoded, 0)).asString(ISO_8859_1).isEqualTo(content);
            assertThat(encoded)
                    .asString(ISO_8859_1)
                    .containsOnlyOnce("Content-Transfer-Encoding: base64")
                    .contains("--b\r\n\r\ntext\r\n--b--");
        }
    }

    @Test
    void encodesAMessageThatIsNotText() throws IOException {
        assertThat(encoded("Subject: x\r\n\r\n\0\0\0".getBytes(ISO_8859_1)))
                .asString(ISO_8859_1)
                .isEqualTo("Subject: x\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n");
    }

    @Test
    void encodesALargeTextInsteadOfBufferingIt() throws Exception {
        byte[] content = "0123456789\r\n".repeat(100_000).getBytes(ISO_8859_1);
        String message = new String(message(content), ISO_8859_1).replace("binary", "7bit");

        assertThat(part(encoded(message.getBytes(ISO_8859_1)), 0)).isEqualTo(content);
    }

    @Test
    void readsTheEncodingAfterAComment() throws Exception {
        byte[] content = {0, 1, 2, '\n', 3};
        String message = new String(message(content), ISO_8859_1).replace(": binary", ": (raw (\\)) Binary (really)");

        byte[] encoded = encoded(message.getBytes(ISO_8859_1));

        assertThat(part(encoded, 0)).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Transfer-Encoding: binary\r\n\r\ntext", "\r\none\ntwo", "\r\n\0", "\r\none\r"})
    void rejectsBinaryPartsThatAreSigned(String part) {
        String beginning =
                "Content-Type: multipart/signed; boundary=s||--s|Content-Type: multipart/mixed; boundary=b||--b|";
        String end = "|--b--|--s||signature|--s--|";
        String message = (beginning + "%s" + end).replace("|", "\r\n").formatted(part);

        assertThatThrownBy(() -> encoded(message.getBytes(ISO_8859_1)))
                .isInstanceOf(UnacceptableContentException.class)
                .hasMessageContaining("5.6.3")
                .hasMessageContaining("signed");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', textBlock = """
        Content-Type: multipart/mixed\\n\\n--b\\n                    | a multipart has no boundary
        Content-Type: multipart/mixed; boundary=""\\n\\n--\\n        | a multipart has no boundary
        Content-Type: multipart/mixed; boundary\\n\\n--b\\n          | a multipart has no boundary
        Content-Type: multipart/mixed; boundary=b\\n\\n--b\\nno field\\n\\n--b--\\n | a part has an invalid header
        """, delimiter = '|')
    void reportsWhyAMessageCannotBeConverted(String message, String reason) {
        byte[] octets = message.replace("\\n", "\r\n").getBytes(ISO_8859_1);

        assertThatThrownBy(() -> encoded(octets))
                .isInstanceOfSatisfying(
                        UnacceptableContentException.class,
                        e -> assertThat(e.reply().toString())
                                .startsWith("554 5.6.3 ")
                                .contains(reason));
    }

    @Test
    void rejectsPartsNestedMoreThanAHundredLevelsDeep() {
        String nested = "Content-Type: message/rfc822\r\n\r\n".repeat(10_000);

        assertThatThrownBy(() -> encoded(nested.getBytes(ISO_8859_1))).hasMessageContaining("100 levels deep");
    }

    @Test
    void rejectsAnEndlessHeader() {
        String beginning = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + "X: y\r\n".repeat(600_000);

        assertThatThrownBy(() -> encoded(beginning.getBytes(ISO_8859_1))).hasMessageContaining("2 MiB");
    }

    @Test
    void usesBoundedMemory() throws IOException {
        byte[] piece = random(1 << 20);
        InputStream large = new SequenceInputStream(Collections.enumeration(Stream.concat(
                        Stream.of(BEGINNING.getBytes(ISO_8859_1)),
                        Stream.generate(() -> piece).limit(200))
                .map(ByteArrayInputStream::new)
                .toList()));
        long[] count = {0};

        BinaryMimeEncoder.encode(large, new OutputStream() {
            @Override
            public void write(int octet) {
                count[0]++;
            }

            @Override
            public void write(byte[] octets, int offset, int length) {
                count[0] += length;
            }
        });

        assertThat(count[0]).isGreaterThan((200L << 20) * 4 / 3);
    }

    private static byte[] message(byte[] content) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(BEGINNING.getBytes(ISO_8859_1));
        message.write(content);
        message.write(END.getBytes(ISO_8859_1));
        return message.toByteArray();
    }

    private static byte[] encoded(byte[] message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryMimeEncoder.encode(new ByteArrayInputStream(message), out);
        return out.toByteArray();
    }

    private static byte[] part(byte[] message, int index) throws Exception {
        MimeMessage parsed = new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(message));
        try (InputStream in =
                ((MimeMultipart) parsed.getContent()).getBodyPart(index).getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static byte[] random(int size) {
        byte[] octets = new byte[size];
        new Random(size).nextBytes(octets);
        return octets;
    }

    private static byte[] lineFeeds(int size) {
        return "-\r\n\n".repeat(size / 4 + 1).substring(0, size).getBytes(ISO_8859_1);
    }

    /// Returns one octet per read.
    private static InputStream dripping(byte[] octets) {
        return new FilterInputStream(new ByteArrayInputStream(octets)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(1, length));
            }
        };
    }
}
