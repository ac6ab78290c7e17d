package org.o365relay.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.sandbox.message.AcceptedMessage;

/// What depends on the extensions the upstream offers.
@Timeout(60)
final class ExtensionsTest {

    private static final String HEADER = """
            From: Scanner <scan@mfp.contoso.example>
            Subject: binary
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b
            Content-Transfer-Encoding: binary

            """.replace("\n", "\r\n");
    private static final String BEGINNING = """
            --b
            Content-Type: application/pdf
            Content-Transfer-Encoding: binary

            """.replace("\n", "\r\n");
    private static final String END = "\r\n--b--\r\n";

    @TempDir
    static Path office;

    @TempDir
    Path directory;

    @Test
    void relaysABinaryBodyUnchanged() throws Exception {
        byte[] body = binaryBody();
        try (RelayFixture relay = new RelayFixture(directory, office).start();
                Device device = relay.device()) {
            sendBinary(device, body);

            byte[] arrived = relay.received(1).getFirst().content();

            assertThat(Arrays.copyOfRange(arrived, arrived.length - body.length, arrived.length))
                    .isEqualTo(body);
            assertThat(new String(arrived, 0, arrived.length - body.length, ISO_8859_1))
                    .contains("Content-Transfer-Encoding: binary\r\n")
                    .endsWith("\r\n\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"BINARYMIME", "CHUNKING"})
    void convertsABinaryBodyToTextIfTheUpstreamDoesNotSupportIt(String withheld) throws Exception {
        byte[] body = binaryBody();
        try (RelayFixture relay = new RelayFixture(directory, office, withheld).start();
                Device device = relay.device()) {
            sendBinary(device, body);

            byte[] arrived = relay.received(1).getFirst().content();

            assertThat(new String(arrived, ISO_8859_1).replace("\r\n", "")).doesNotContain("\r", "\n");
            MimeMessage message = new MimeMessage(null, new ByteArrayInputStream(arrived));
            assertThat(((MimeMultipart) message.getContent()).getBodyPart(0).getInputStream())
                    .hasBinaryContent(pdf());
        }
    }

    @Test
    void sendsARelayedDsnIfTheUpstreamDoesNotSupportDsn() throws Exception {
        try (RelayFixture relay = new RelayFixture(directory, office, "DSN").start()) {
            expectReport(relay);
        }
    }

    /// Its report would go to the mailbox, which is the sender upstream.
    @Test
    void sendsTheDsnItselfIfTheUpstreamSupportsDsn() throws Exception {
        try (RelayFixture relay = new RelayFixture(directory, office).start()) {
            expectReport(relay);
        }
    }

    private static void expectReport(RelayFixture relay) throws Exception {
        try (Device device = relay.device()) {
            sendAskingForSuccess(device);

            List<AcceptedMessage> arrived = relay.received(2);

            assertThat(arrived.getFirst().envelopeTo()).containsExactly("ann@example.org");
            assertThat(arrived.get(1).envelopeTo()).containsExactly("scan@mfp.contoso.example");
            assertThat(new String(arrived.get(1).content(), ISO_8859_1))
                    .contains("Original-Envelope-Id: QQ314159\r\n")
                    .contains("Original-Recipient: rfc822; old@example.org\r\n")
                    .contains("Action: relayed\r\n")
                    .contains("Auto-Submitted: auto-replied\r\n");
        }
    }

    private static void sendAskingForSuccess(Device device) throws IOException {
        assertThat(device.say("EHLO mfp")).contains("250-DSN");
        assertThat(device.say("MAIL FROM:<scan@mfp.contoso.example> RET=HDRS ENVID=QQ314159"))
                .startsWith("250");
        assertThat(device.say("RCPT TO:<ann@example.org> NOTIFY=SUCCESS ORCPT=rfc822;old@example.org"))
                .startsWith("250");
        assertThat(device.say("DATA")).startsWith("354");
        device.write(Device.message("asked"));
        assertThat(device.say(".")).startsWith("250");
    }

    /// In two chunks, the second with the end of the header and the body.
    private static void sendBinary(Device device, byte[] body) throws IOException {
        byte[] content = join(HEADER.getBytes(ISO_8859_1), body);
        assertThat(device.say("EHLO mfp")).contains("BINARYMIME", "CHUNKING");
        assertThat(device.say("MAIL FROM:<scan@mfp.contoso.example> BODY=BINARYMIME"))
                .startsWith("250");
        assertThat(device.say("RCPT TO:<ann@example.org>")).startsWith("250");
        device.write("BDAT 50\r\n");
        device.write(Arrays.copyOf(content, 50));
        assertThat(device.reply()).startsWith("250");
        device.write("BDAT " + (content.length - 50) + " LAST\r\n");
        device.write(Arrays.copyOfRange(content, 50, content.length));
        assertThat(device.reply()).startsWith("250 2.0.0 Queued as ");
    }

    private static byte[] binaryBody() {
        return join(BEGINNING.getBytes(ISO_8859_1), pdf(), END.getBytes(ISO_8859_1));
    }

    /// A megabyte of anything, with what would end a message that is not counted in octets.
    private static byte[] pdf() {
        byte[] octets = new byte[1_000_000];
        new Random(1).nextBytes(octets);
        return join("%PDF-1.7\n\r\n.\r\n..\r.\n\0".getBytes(ISO_8859_1), octets);
    }

    private static byte[] join(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }
}
