package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.o365relay.mail.EmailAddress;

/// Messages of random parts whose headers and delimiters were changed at random: each is either taken apart
/// without losing or damaging anything, or not taken apart.
class MutatedMessagesTest {

    private static final int LIMIT = 1_500;
    private static final int MESSAGES = 4_000;
    private static final List<EmailAddress> ANN =
            List.of(EmailAddress.parse("ann@x.example").orElseThrow());
    private static final List<String> TYPES = List.of("mixed", "alternative", "related", "x-other", "digest", "signed");
    private static final String JUNK = " ;=\"'()<>@,:\\/[]?.%*-\t0aZ\r\n\u00fc\u0000";

    private final Random random = new Random(14);
    private final List<String> files = new ArrayList<>(); // in base64
    private final List<String> texts = new ArrayList<>();

    @Test
    void areTakenApartWithoutLossOrNotAtAll() throws IOException {
        int split = 0;
        for (int i = 0; i < MESSAGES; i++) {
            files.clear();
            texts.clear();
            StoredText message = StoredText.of("To: ann@x.example\r\n" + entity(0));
            ReaddressedHeader header = DestinationFields.readdress(message, ANN);
            if (AttachmentStripper.strip(message, header, LIMIT) instanceof StrippedMessage stripped) {
                check(message, stripped);
                split++;
            }
        }
        assertThat(split).as("messages that were taken apart").isBetween(MESSAGES / 10, MESSAGES);
    }

    private void check(StoredText message, StrippedMessage stripped) throws IOException {
        String rest = new String(stripped.content(), ISO_8859_1);
        String original = new String(message.octets(), ISO_8859_1);
        assertThat(rest.length()).as(original).isLessThanOrEqualTo(LIMIT);
        List<String> arrived = new ArrayList<>();
        for (Attachment attachment : stripped.attachments()) {
            try (InputStream in = attachment.open(message)) {
                arrived.add(Base64.getMimeEncoder().encodeToString(in.readAllBytes()));
            }
        }
        assertThat(files).as("torn: " + original).containsAll(arrived);
        files.removeAll(arrived);
        assertThat(files).as("lost: " + original).allMatch(rest::contains);
        assertThat(texts).as("lost: " + original).allMatch(rest::contains);
    }

    /// @return header and body of a random part
    private String entity(int depth) {
        if (depth < 3 && random.nextInt(depth == 0 ? 20 : 4) > 0) {
            return multipart(depth);
        }
        if (random.nextInt(3) == 0) {
            texts.add("Text " + random.nextLong());
            return mutated("Content-Type: text/plain; charset=utf-8\r\n") + "\r\n" + texts.getLast() + "\r\n";
        }
        byte[] content = new byte[1 + random.nextInt(1_500)];
        random.nextBytes(content);
        files.add(Base64.getMimeEncoder().encodeToString(content));
        return mutated("""
            Content-Type: application/pdf; name="Scan 1.pdf"
            Content-Disposition: attachment; filename="Scan 1.pdf"; size=99
            """.replace("\n", "\r\n"))
                + "Content-Transfer-Encoding: base64\r\n\r\n" + files.getLast() + "\r\n";
    }

    private String multipart(int depth) {
        String boundary = "b" + "=_x".repeat(random.nextInt(3)) + random.nextInt(10);
        StringBuilder parts = new StringBuilder(mutated("Content-Type: multipart/"
                        + TYPES.get(random.nextInt(TYPES.size())) + "; boundary=\"" + boundary + "\"\r\n")
                + "\r\n");
        for (int i = random.nextInt(4); i >= 0; i--) {
            parts.append(mutated("--" + boundary + "\r\n")).append(entity(depth + 1));
        }
        return parts + mutated("--" + boundary + "--\r\n");
    }

    /// Changes one character of one text in eight, but not its last line ending.
    private String mutated(String text) {
        if (random.nextInt(8) > 0) {
            return text;
        }
        int at = random.nextInt(text.length() - 2);
        char junk = JUNK.charAt(random.nextInt(JUNK.length()));
        return switch (random.nextInt(4)) {
            case 0 -> text.substring(0, at) + text.substring(at + 1);
            case 1 -> text.substring(0, at) + junk + text.substring(at);
            case 2 -> text.substring(0, at) + junk + text.substring(at + 1);
            default -> text.replace("\"", "");
        };
    }
}
