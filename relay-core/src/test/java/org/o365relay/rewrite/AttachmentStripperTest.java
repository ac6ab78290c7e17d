package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.EmailAddress;

class AttachmentStripperTest {

    private static final int LIMIT = 1_000;
    private static final List<EmailAddress> ANN =
            List.of(EmailAddress.parse("ann@x.example").orElseThrow());

    @Test
    void leavesTheRestUnchanged() throws IOException {
        String text = part("Content-Type: text/html; charset=utf-8", "<p>Hello</p>");
        String small = part("Content-Type: text/csv; name=small.csv", "a;b");
        StoredText message = mixed(text, file("scan.pdf", 5_000), small);

        StrippedMessage detached = detached(message).orElseThrow();

        assertThat(new String(detached.content(), ISO_8859_1)).isEqualTo(text(mixed(text, small)));
        assertThat(detached.attachments()).singleElement().satisfies(attachment -> {
            assertThat(attachment.name()).isEqualTo("scan.pdf");
            assertThat(attachment.type()).isEqualTo("application/pdf");
            assertThat(attachment.contentId()).isNull();
            assertThat(content(attachment, message)).isEqualTo("x".repeat(5_000));
        });
    }

    @Test
    void removesTheLargestFirstAndNoMoreThanNecessary() throws IOException {
        StoredText message = mixed(
                part("Content-Type: text/plain", "Hello"),
                file("a.pdf", 300),
                file("b.pdf", 9_000),
                file("c.pdf", 900));

        StrippedMessage detached = detached(message).orElseThrow();

        assertThat(detached.attachments()).extracting(Attachment::name).containsExactly("b.pdf", "c.pdf");
        assertThat(new String(detached.content(), ISO_8859_1)).contains("a.pdf").doesNotContain("b.pdf", "c.pdf");
    }

    @Test
    void replacesTheFirstPartByAnEmptyText() throws IOException {
        StrippedMessage detached = detached(mixed(file("scan.pdf", 5_000))).orElseThrow();

        assertThat(new String(detached.content(), ISO_8859_1))
                .endsWith("\r\n--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b--\r\n");
    }

    @Test
    void leavesAnEmptyTextIfTheMessageItselfIsAFile() throws IOException {
        StoredText message = StoredText.of("To: ann@x.example\r\nContent-Type: image/tiff;\r\n\tname=fax.tif\r\n"
                + "Content-Transfer-Encoding: base64\r\nX-Last: y\r\n\r\n" + base64(3_000));

        StrippedMessage detached = detached(message).orElseThrow();

        assertThat(new String(detached.content(), ISO_8859_1)).isEqualTo("To: ann@x.example\r\nX-Last: y\r\n\r\n");
        assertThat(detached.attachments()).singleElement().satisfies(attachment -> {
            assertThat(attachment.name()).isEqualTo("fax.tif");
            assertThat(content(attachment, message)).isEqualTo("x".repeat(3_000));
        });
    }

    @Test
    void keepsTheContentIdOfAReferencedImage() throws IOException {
        String image = "--r\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n" + base64(4_000) + "\r\n";
        String related = part(
                "Content-Type: multipart/related; boundary=r",
                "--r\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:logo@x\">\r\n" + image + "--r--");
        StoredText message = mixed(related);

        StrippedMessage detached = detached(message).orElseThrow();

        assertThat(detached.attachments()).singleElement().satisfies(attachment -> {
            assertThat(attachment.contentId()).isEqualTo("logo@x");
            assertThat(attachment.name()).isEqualTo("attachment.png");
            assertThat(attachment.isInline()).isTrue();
        });
        assertThat(new String(detached.content(), ISO_8859_1))
                .isEqualTo(text(message).replace(image, ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            quoted-printable | =78                 | x
            7bit             | x                   | x
            BASE64           | eA==                | x
            """)
    void decodesRemovedAttachments(String encoding, String encoded, String decoded) throws IOException {
        String name = "n".repeat(LIMIT);
        StoredText message = mixed(part(
                "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=" + name
                        + "\r\nContent-Transfer-Encoding: " + encoding,
                encoded));

        Attachment attachment = detached(message).orElseThrow().attachments().getFirst();

        assertThat(content(attachment, message)).startsWith(decoded);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            filename="Bericht für Ann.pdf"                   | Bericht für Ann.pdf
            filename*=utf-8''Bericht%20f%C3%BCr%20Ann.pdf    | Bericht für Ann.pdf
            filename="=?utf-8?Q?Bericht_f=C3=BCr_Ann.pdf?="  | Bericht für Ann.pdf
            filename*0="Bericht "; filename*1=Ann.pdf        | Bericht Ann.pdf
            filename=""                                      | attachment.pdf
            """)
    void readsTheFileName(String parameter, String name) throws IOException {
        StoredText message = mixed(part(
                "Content-Type: application/pdf\r\nContent-Disposition: attachment; " + parameter, "x".repeat(LIMIT)));

        assertThat(detached(message).orElseThrow().attachments())
                .extracting(Attachment::name)
                .containsExactly(name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            multipart/signed; protocol="application/pkcs7-signature"
            multipart/encrypted; protocol="application/pgp-encrypted"
            """)
    void doesNotSplitIndivisibleParts(String type) throws IOException {
        String inner = "--s\r\n" + "Content-Type: multipart/mixed; boundary=i\r\n\r\n"
                + "--i\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n" + "x".repeat(5_000) + "\r\n--i--\r\n";
        String leaf = "--s\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n" + "x".repeat(5_000) + "\r\n";

        assertThat(detached(message(type + "; boundary=s", inner + leaf + "--s--\r\n")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"message/rfc822", "application/pkcs7-mime; smime-type=enveloped-data", "text/plain"})
    void doesNotRemovePartsThatAreNotFiles(String type) throws IOException {
        assertThat(detached(mixed(part("Content-Type: " + type, "x".repeat(5_000)))))
                .isEmpty();
        assertThat(detached(message(type, "x".repeat(5_000) + "\r\n"))).isEmpty();
    }

    @Test
    void findsFilesInATruncatedMessage() throws IOException {
        StoredText message =
                StoredText.of(text(mixed(part("Content-Type: text/plain", "Hello"), file("scan.pdf", 5_000)))
                        .replace("--b--\r\n", ""));

        StrippedMessage detached = detached(message).orElseThrow();

        assertThat(content(detached.attachments().getFirst(), message)).isEqualTo("x".repeat(5_000));
        assertThat(new String(detached.content(), ISO_8859_1)).endsWith("Hello\r\n--b--\r\n");
    }

    @ParameterizedTest
    @CsvSource({"1, 10002, more than 10000 parts", "500, 9000, headers of its parts"})
    void limitsTheMemoryForTheParts(int fieldSize, int count, String reason) throws IOException {
        StoredText message = mixed(part("X: " + "x".repeat(fieldSize), "x").repeat(count));

        assertThat(obstacle(message)).contains(reason);
    }

    /// Each field and each parameter takes about 130 octets of memory, and the parts are kept until the end.
    @ParameterizedTest
    @CsvSource(textBlock = """
            a:@,             1,    1000000
            a:@,             1000,    1000
            A: b@ c@,        1,     500000
            'Content-Type: text/plain; a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=;a=@', 9000, 1
            'x:@a:\ra:\ra:\ra:\ra:\ra:\ra:\ra:\ra:\ra:\ra:\ra:\ra:@',   1,      10000
            """)
    void limitsTheMemoryForTheFields(String fields, int parts, int count) throws IOException {
        String header =
                fields.replace("\\r", "\r").replace("@", "\r\n").repeat(count).strip();
        StoredText message = mixed(part(header, "x").repeat(parts) + file("a.pdf", 5_000));

        assertThat(obstacle(message)).contains("headers of its parts are too large");
    }

    @Test
    void splitsAMessageWithThousandsOfParts() throws IOException {
        StoredText message = mixed(file("b.pdf", 10).repeat(5_000) + file("a.pdf", 5_000));
        ReaddressedHeader header = DestinationFields.readdress(message, ANN);

        assertThat(AttachmentStripper.strip(message, header, message.size() - 5_000))
                .isInstanceOfSatisfying(
                        StrippedMessage.class,
                        stripped -> assertThat(stripped.attachments()).hasSize(1));
    }

    @Test
    @Timeout(20)
    void readsManyLinesOfHyphensInNestedMultipartsQuickly() throws IOException {
        StringBuilder nested = new StringBuilder();
        for (int level = 0; level < 99; level++) {
            String boundary = "-".repeat(100) + level;
            nested.append("Content-Type: multipart/mixed; boundary=\"")
                    .append(boundary)
                    .append("\"\r\n\r\n--")
                    .append(boundary)
                    .append("\r\n");
        }
        StoredText message = mixed("--b\r\n" + nested + "\r\n" + ("-".repeat(98) + "\n").repeat(100_000));

        assertThat(obstacle(message)).contains("too large");
    }

    private static String obstacle(StoredText message) throws IOException {
        StripResult result = AttachmentStripper.strip(message, DestinationFields.readdress(message, ANN), LIMIT);
        assertThat(result).isInstanceOf(StripResult.Unsplittable.class);
        return ((StripResult.Unsplittable) result).reason();
    }

    private static Optional<StrippedMessage> detached(StoredText message) throws IOException {
        return AttachmentStripper.strip(message, DestinationFields.readdress(message, ANN), LIMIT)
                        instanceof StrippedMessage stripped
                ? Optional.of(stripped)
                : Optional.empty();
    }

    private static String content(Attachment attachment, StoredText message) throws IOException {
        try (InputStream in = attachment.open(message)) {
            return new String(in.readAllBytes(), ISO_8859_1);
        }
    }

    private static String text(StoredText message) {
        return new String(message.octets(), ISO_8859_1);
    }

    private static StoredText mixed(String... parts) {
        return message("multipart/mixed; boundary=b", "preamble\r\n" + String.join("", parts) + "--b--\r\n");
    }

    private static StoredText message(String type, String body) {
        return StoredText.of("To: ann@x.example\r\nContent-Type: " + type + "\r\n\r\n" + body);
    }

    private static String part(String header, String content) {
        return "--b\r\n" + header + "\r\n\r\n" + content + "\r\n";
    }

    private static String file(String name, int size) {
        return part(
                "Content-Type: application/pdf; name=" + name + "\r\nContent-Transfer-Encoding: base64\r\n"
                        + "Content-Disposition: attachment; filename=" + name,
                base64(size));
    }

    private static String base64(int size) {
        return Base64.getMimeEncoder().encodeToString("x".repeat(size).getBytes(ISO_8859_1));
    }
}
