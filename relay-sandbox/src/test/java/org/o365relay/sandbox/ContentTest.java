package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.sandbox.SandboxFixture.MESSAGE;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ContentTest {

    @RegisterExtension
    static final SandboxFixture SANDBOX = new SandboxFixture();

    @Test
    void keepsContentByteForByteWithoutDotStuffing() throws IOException {
        assertThat(accepted(MESSAGE + "..\r\n...two\r\n\0\u00ff\r\r\n"))
                .isEqualTo(MESSAGE + ".\r\n..two\r\n\0\u00ff\r\r\n");
    }

    @Test
    void findsTheFinalDotHoweverTheOctetsAreSplit() throws IOException {
        byte[] octets = (MESSAGE + "..x\r\n.\r\n").getBytes(StandardCharsets.UTF_8);
        int before = SANDBOX.sandbox().acceptedCount();
        try (RawClient client = SANDBOX.inContent()) {
            for (byte octet : octets) {
                client.send(new byte[] {octet});
            }
            assertThat(client.reply()).startsWith("250 2.0.0 OK ");
        }
        assertThat(content(before)).isEqualTo(MESSAGE + ".x\r\n");
    }

    @Test
    void keepsContentLargerThanItsBuffers() throws IOException {
        String large = MESSAGE + ("x".repeat(98) + "\r\n").repeat(5_000);
        assertThat(accepted(large)).isEqualTo(large);
    }

    @Test
    void refusesContentBeyondTheLimitAfterReadingIt() throws IOException {
        try (RawClient client = SANDBOX.inContent()) {
            client.send(MESSAGE + ("x".repeat(98) + "\r\n").repeat(10_001) + ".\r\n");
            assertThat(client.reply()).startsWith("552 5.3.4 Message size exceeds fixed maximum message size [");
            assertThat(client.say("NOOP")).startsWith("250 ");
        }
    }

    @ParameterizedTest
    @CsvSource({"'\n'", "'a\nb'", "'a\n.\n'", "'a\n.\r\n'", "'\r\n.\nb'"})
    void refusesBareLineFeeds(String text) throws IOException {
        try (RawClient client = SANDBOX.inContent()) {
            client.send(MESSAGE + text + "\r\n.\r\n");
            assertThat(client.reply()).startsWith("554 5.6.0 Invalid message content, contains bare linefeeds [");
        }
    }

    @Test
    void acceptsBinaryContentInChunks() throws IOException {
        int before = SANDBOX.sandbox().acceptedCount();
        try (RawClient client = SANDBOX.signedIn()) {
            client.say("MAIL FROM:<relay@contoso.example> BODY=BINARYMIME");
            client.say("RCPT TO:<someone@example.org>");
            assertThat(client.say("DATA")).startsWith("503 5.5.1 ");
            client.send("BDAT " + MESSAGE.length() + "\r\n" + MESSAGE);
            assertThat(client.reply()).startsWith("250 2.6.0 ");
            client.send("BDAT 9 LAST\r\n\n.\r\nx\r\n\0z");
            assertThat(client.reply()).startsWith("250 2.0.0 OK ");
        }
        assertThat(content(before)).isEqualTo(MESSAGE + "\n.\r\nx\r\n\0z");
    }

    @Test
    void readsARefusedChunk() throws IOException {
        try (RawClient client = SANDBOX.signedIn()) {
            client.send("BDAT 6 LAST\r\nQUIT\r\n");
            assertThat(client.reply()).startsWith("503 5.5.2 ");
            assertThat(client.say("NOOP")).startsWith("250 ");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        From: <relay@contoso.example>                                 | 250 2.0.0 OK
        From: "Scanner" <ERP@contoso.example>                         | 250 2.0.0 OK
        from: relay@contoso.example, erp@contoso.example{Sender: x@y} | 250 2.0.0 OK
        From: "relay@contoso.example" <relay@contoso.example>         | 250 2.0.0 OK
        From: noreply@contoso.example                                 | 554 5.2.252 SendAsDenied;
        From: "scan@plant.example" <relay@contoso.example>            | 554 5.2.252 SendAsDenied;
        From: =?utf-8?q?a=40b?= <relay@contoso.example>               | 554 5.2.252 SendAsDenied;
        From: relay@contoso.example, x@y.example{Sender: a@b}         | 554 5.2.252 SendAsDenied;
        From: relay@contoso.example, erp@contoso.example              | 550 5.1.20 Multiple From addresses
        From: relay@contoso.example{From: erp@contoso.example}        | 550 5.1.20 Multiple From addresses
        Subject: none                                                 | 550 5.7.512 Access denied
        From: not an address                                          | 550 5.7.512 Access denied
        """)
    void checksTheAuthor(String header, String reply) throws IOException {
        try (RawClient client = SANDBOX.inContent()) {
            client.send(header.replace("{", "\r\n").replace("}", "") + "\r\n\r\ntext\r\n.\r\n");
            assertThat(client.reply()).startsWith(reply);
        }
    }

    @Test
    void deniesSendAsWithOneLineOfThreeToFiveKilobytes() throws IOException {
        try (RawClient client = SANDBOX.inContent()) {
            client.send("From: noreply@contoso.example\r\n\r\ntext\r\n.\r\n");
            String reply = client.reply();
            assertThat(reply)
                    .startsWith("554 5.2.252 SendAsDenied; relay@contoso.example not allowed to send as "
                            + "noreply@contoso.example; STOREDRV.Submission.Exception:SendAsDeniedException")
                    .contains("[BeginDiagnosticData]", "[EndDiagnosticData]")
                    .doesNotContain("\n");
            assertThat(reply.length()).isBetween(3_000, 5_000);
        }
    }

    private static String accepted(String stuffed) throws IOException {
        int before = SANDBOX.sandbox().acceptedCount();
        try (RawClient client = SANDBOX.inContent()) {
            client.send(stuffed + ".\r\n");
            assertThat(client.reply()).startsWith("250 2.0.0 OK ");
        }
        return content(before);
    }

    private static String content(int index) throws IOException {
        return new String(SANDBOX.sandbox().accepted().get(index).content(), StandardCharsets.UTF_8);
    }
}
