package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.sandbox.RawClient.base64;
import static org.o365relay.sandbox.SandboxFixture.PASSWORD;
import static org.o365relay.sandbox.SandboxFixture.USER;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DialogueTest {

    private static final String ERROR_ENDING =
            " \\[SBXP282MB0001\\.SBXP282\\.PROD\\.OUTLOOK\\.COM \\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z [0-9A-F]{16}]";

    @RegisterExtension
    static final SandboxFixture SANDBOX = new SandboxFixture();

    @Test
    void greetsLikeOffice365() throws IOException {
        try (RawClient client = RawClient.connect(SANDBOX.sandbox())) {
            assertThat(client.greeting())
                    .matches("220 SBXP282CA0001\\.outlook\\.office365\\.com Microsoft ESMTP MAIL Service ready at "
                            + "[A-Z][a-z]{2}, \\d{1,2} [A-Z][a-z]{2} \\d{4} [0-9:]{8} \\+0000 \\[[0-9A-F]{16}]");
        }
    }

    @Test
    void offersStartTlsBeforeTlsAndAuthAfterIt() throws IOException {
        try (RawClient client = RawClient.connect(SANDBOX.sandbox())) {
            assertThat(client.say("EHLO test").lines()).containsExactlyElementsOf(capabilities("STARTTLS"));
            assertThat(client.say("STARTTLS")).isEqualTo("220 2.0.0 SMTP server ready");
            client.shakeHands();
            assertThat(client.say("EHLO test").lines()).containsExactlyElementsOf(capabilities("AUTH LOGIN XOAUTH2"));
        }
    }

    private static List<String> capabilities(String security) {
        return List.of(
                "250-SBXP282CA0001.outlook.office365.com Hello [127.0.0.1]",
                "250-SIZE 157286400",
                "250-PIPELINING",
                "250-DSN",
                "250-ENHANCEDSTATUSCODES",
                "250-" + security,
                "250-8BITMIME",
                "250-BINARYMIME",
                "250-CHUNKING",
                "250 SMTPUTF8");
    }

    @Test
    void acceptsAMessageWithTheRepliesOfOffice365() throws IOException {
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            assertThat(client.say("AUTH LOGIN")).isEqualTo("334 VXNlcm5hbWU6");
            assertThat(client.say(base64(USER))).isEqualTo("334 UGFzc3dvcmQ6");
            assertThat(client.say(base64(PASSWORD))).isEqualTo("235 2.7.0 Authentication successful");
            assertThat(client.say("MAIL FROM:<foreign@example.net> SIZE=100")).isEqualTo("250 2.1.0 Sender OK");
            assertThat(client.say("RCPT TO:<someone@example.org> NOTIFY=NEVER")).isEqualTo("250 2.1.5 Recipient OK");
            assertThat(client.say("DATA")).isEqualTo("354 Start mail input; end with <CRLF>.<CRLF>");
            client.send("From: <relay@contoso.example>\r\nMessage-ID: <1@mfp>\r\n\r\ntext\r\n.\r\n");
            assertThat(client.reply())
                    .isEqualTo("250 2.0.0 OK <1@mfp> [Hostname=SBXP282MB0001.SBXP282.PROD.OUTLOOK.COM]");
            assertThat(client.say("QUIT")).isEqualTo("221 2.0.0 Service closing transmission channel");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        MAIL FROM:<a@b.example>      | 503 5.5.2 Send hello first
        RCPT TO:<a@b.example>        | 503 5.5.2 Need mail command
        DATA                         | 503 5.5.2 Need rcpt command
        FROB                         | 500 5.3.3 Unrecognized command 'frob'
        AUTH LOGIN cmVsYXk=          | 504 5.7.4 Unrecognized authentication type
        """)
    void refusesCommandsBeforeEhlo(String command, String reply) throws IOException {
        try (RawClient client = RawClient.connect(SANDBOX.sandbox())) {
            assertThat(client.say(command)).matches(literally(reply) + ERROR_ENDING);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        MAIL FROM:<a@b.example>      | 530 5.7.57 Client not authenticated to send mail.
        AUTH PLAIN AHUAcA==          | 504 5.7.4 Unrecognized authentication type
        AUTH CRAM-MD5                | 504 5.7.4 Unrecognized authentication type
        AUTH XOAUTH2 dXNlcj1yZWxheQ== | 535 5.7.3 Authentication unsuccessful
        STARTTLS                     | 503 5.5.2 Only one STARTTLS command allowed per session
        """)
    void refusesCommandsBeforeAuth(String command, String reply) throws IOException {
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            assertThat(client.say(command)).matches(literally(reply) + ERROR_ENDING);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        MAIL FROM:a@b.example                   | 501 5.1.7 Invalid address
        MAIL FROM:<a b@c.example>               | 501 5.1.7 Invalid address
        MAIL FROM:<ä@c.example>                 | 501 5.1.7 Invalid address
        MAIL FROM:<a@b.example> SIZE=157286401  | 552 5.3.4 Message size exceeds fixed maximum message size
        MAIL FROM:<a@b.example> FROB=1          | 501 5.5.4 Unrecognized parameter 'FROB'
        AUTH LOGIN                              | 503 5.5.2 Already authenticated
        BDAT x                                  | 501 5.5.4 Invalid arguments
        """)
    void refusesInvalidCommandsAfterAuth(String command, String reply) throws IOException {
        try (RawClient client = SANDBOX.signedIn()) {
            assertThat(client.say(command)).matches(literally(reply) + ERROR_ENDING);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        relay@contoso.example | wrong         | 535 5.7.3 Authentication unsuccessful
        nobody@nowhere        | correct horse | 535 5.7.3 Authentication unsuccessful
        RELAY@Contoso.Example | correct horse | 235 2.7.0 Authentication successful
        """)
    void checksUserAndPassword(String user, String password, String reply) throws IOException {
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            assertThat(client.say("AUTH LOGIN " + base64(user))).isEqualTo("334 UGFzc3dvcmQ6");
            assertThat(client.say(base64(password))).startsWith(reply);
        }
    }

    @Test
    void allowsALoginToBeCancelledAndRetried() throws IOException {
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            client.say("AUTH LOGIN");
            assertThat(client.say("*")).startsWith("501 5.7.0 ");
            assertThat(client.say("AUTH LOGIN !!!")).startsWith("334 ");
            assertThat(client.say("!!!")).startsWith("535 5.7.3 ");
            assertThat(client.say("AUTH XOAUTH2")).isEqualTo("334");
            assertThat(client.say(base64("user=x\u0001auth=Bearer y\u0001\u0001")))
                    .startsWith("535 5.7.3 ");
        }
    }

    @Test
    void readsATokenOfThreeKilobytes() throws IOException {
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            assertThat(client.say("AUTH XOAUTH2 " + "a".repeat(4_000))).startsWith("535 5.7.3 ");
            assertThat(client.say("NOOP " + "a".repeat(20_000))).startsWith("500 5.5.2 Command too long");
            assertThat(client.say("NOOP")).isEqualTo("250 2.0.0 OK");
        }
    }

    @Test
    void answersAPipelinedGroupInOrder() throws IOException {
        try (RawClient client = SANDBOX.signedIn()) {
            client.send("MAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<bad>\r\nDATA\r\n");
            assertThat(client.reply()).isEqualTo("250 2.1.0 Sender OK");
            assertThat(client.reply()).isEqualTo("250 2.1.5 Recipient OK");
            assertThat(client.reply()).startsWith("501 5.1.3 Invalid address");
            assertThat(client.reply()).startsWith("354 ");
            client.send(SandboxFixture.MESSAGE + ".\r\nRSET\r\nQUIT\r\n");
            assertThat(client.reply()).startsWith("250 2.0.0 OK ");
            assertThat(client.reply()).isEqualTo("250 2.0.0 Resetting");
            assertThat(client.reply()).startsWith("221 ");
        }
    }

    @Test
    void acceptsInternationalAddressesWithSmtpUtf8() throws IOException {
        try (RawClient client = SANDBOX.signedIn()) {
            assertThat(client.say("MAIL FROM:<größe@contoso.example> SMTPUTF8")).startsWith("250 ");
            assertThat(client.say("RCPT TO:<jürgen@example.org>")).startsWith("250 ");
        }
    }

    @Test
    void discardsPlainTextAfterStartTls() throws IOException {
        try (RawClient client = RawClient.connect(SANDBOX.sandbox())) {
            client.send("EHLO test\r\nSTARTTLS\r\nMAIL FROM:<injected@example.org>\r\n");
            client.reply();
            assertThat(client.reply()).startsWith("220 ");
            client.shakeHands();
            assertThat(client.say("NOOP")).isEqualTo("250 2.0.0 OK");
        }
    }

    @Test
    void countsConnectionsAndHandshakes() throws IOException {
        long connections = SANDBOX.sandbox().connections();
        long handshakes = SANDBOX.sandbox().handshakes();
        try (RawClient plain = RawClient.connect(SANDBOX.sandbox());
                RawClient secured = RawClient.secured(SANDBOX.sandbox())) {
            plain.say("NOOP");
            secured.say("NOOP");
        }
        assertThat(SANDBOX.sandbox().connections()).isEqualTo(connections + 2);
        assertThat(SANDBOX.sandbox().handshakes()).isEqualTo(handshakes + 1);
    }

    @Test
    void closesAfterQuit() throws IOException {
        try (RawClient client = RawClient.connect(SANDBOX.sandbox())) {
            client.say("QUIT");
            Assertions.assertThatThrownBy(client::reply).isInstanceOf(EOFException.class);
        }
    }

    private static String literally(String text) {
        return java.util.regex.Pattern.quote(text);
    }
}
