package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.o365relay.mail.EmailAddress;

class AttachmentStripperFuzzTest {

    private static final int LIMIT = 200;
    private static final List<EmailAddress> ANN =
            List.of(EmailAddress.parse("ann@x.example").orElseThrow());

    /// The text after the last file and the last header remains, and everything else stays within the limits.
    @FuzzTest(maxDuration = "10m")
    @DictionaryFile(resourcePath = "header.dict")
    void losesNothing(byte[] octets) throws IOException {
        StoredText message = StoredText.of("To: ann@x.example\r\n" + new String(octets, ISO_8859_1));
        ReaddressedHeader header = DestinationFields.readdress(message, ANN);
        if (!(AttachmentStripper.strip(message, header, LIMIT) instanceof StrippedMessage stripped)) {
            return;
        }
        String rest = new String(stripped.content(), ISO_8859_1);
        assertThat(rest.length()).isLessThanOrEqualTo(LIMIT);
        long from = header.bodyOffset();
        for (Attachment attachment : stripped.attachments()) {
            assertThat(attachment.from()).isGreaterThanOrEqualTo(from);
            from = attachment.to();
            try (InputStream content = attachment.open(message)) {
                content.readAllBytes();
            }
        }
        String tail = new String(message.octets(), (int) from, (int) (message.size() - from), ISO_8859_1);
        int emptyLine = Math.max(tail.lastIndexOf("\n\n"), tail.lastIndexOf("\n\r\n"));
        if (emptyLine >= 0) {
            assertThat(rest).contains(tail.substring(emptyLine).strip());
        }
    }
}
