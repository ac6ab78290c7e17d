package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.sandbox.SandboxFixture.MESSAGE;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.message.Ingress;

final class MxTest {

    @RegisterExtension
    static final SandboxFixture SANDBOX = SandboxFixture.whole();

    @Test
    void greetsAsAnMxAndOffersNoAuth() throws IOException {
        try (RawClient client = RawClient.connectToMx(SANDBOX.sandbox())) {
            assertThat(client.greeting()).startsWith("220 SBXP282CA0001.mail.protection.outlook.com Microsoft ESMTP");
            assertThat(client.say("EHLO mfp")).contains("250-STARTTLS").doesNotContain("AUTH");
            assertThat(client.say("STARTTLS")).startsWith("220 ");
            client.shakeHands();
            assertThat(client.say("EHLO mfp")).doesNotContain("STARTTLS").doesNotContain("AUTH");
            assertThat(client.say("AUTH LOGIN")).startsWith("504 5.7.4 ");
        }
    }

    @Test
    void acceptsMailForTheTenantFromAnyClientEvenWithoutTls() throws IOException {
        try (RawClient client = RawClient.connectToMx(SANDBOX.sandbox())) {
            client.say("EHLO mfp");
            assertThat(recipient(client, "mfp@contoso.example", "someone@contoso.example"))
                    .startsWith("250 ");
            client.say("DATA");
            client.send(MESSAGE + ".\r\n");
            assertThat(client.reply()).startsWith("250 2.0.0 OK");
        }
        AcceptedMessage accepted = SANDBOX.sandbox().accepted().getLast();
        assertThat(accepted.ingress()).isEqualTo(Ingress.MX);
        assertThat(accepted.user()).isEmpty();
        assertThat(accepted.tls()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        unknown | mfp@contoso.example | a@contoso.example | 250 2.1.5
        unknown | mfp@contoso.example | a@example.org     | 550 5.7.64 TenantAttribution; Relay Access Denied
        unknown | mfp@example.net     | a@contoso.example | 250 2.1.5
        closed  | mfp@contoso.example | a@contoso.example | 550 5.7.68 TenantInboundAttribution; Direct Send not allowed
        closed  | mfp@example.net     | a@contoso.example | 250 2.1.5
        known   | mfp@contoso.example | a@example.org     | 250 2.1.5
        known   | mfp@example.net     | a@example.org     | 550 5.7.64 TenantAttribution; Relay Access Denied
        """)
    void appliesTheConnectorAndDirectSendRules(String source, String from, String to, String expected)
            throws IOException {
        SANDBOX.change(settings -> settings.mx(mx -> switch (source) {
            case "known" -> mx.withSources("127.0.0.1");
            case "closed" -> mx.withoutDirectSend();
            default -> mx;
        }));
        try (RawClient client = RawClient.connectToMx(SANDBOX.sandbox())) {
            client.say("EHLO mfp");
            assertThat(recipient(client, from, to)).startsWith(expected);
        }
    }

    private static String recipient(RawClient client, String from, String to) throws IOException {
        client.say("MAIL FROM:<" + from + ">");
        return client.say("RCPT TO:<" + to + ">");
    }

    @ParameterizedTest
    @CsvSource({"subject, 250 2.1.5", "fingerprint, 250 2.1.5", "another, 550 5.7.64"})
    void identifiesAClientByItsCertificate(String known, String expected, @TempDir Path directory) throws Exception {
        TestKey key = TestKey.made(directory, "relay.contoso.example");
        String fingerprint = HexFormat.of()
                .withUpperCase()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(key.certificate().getEncoded()));
        SANDBOX.change(settings -> settings.mx(mx -> mx.withCertificates(
                switch (known) {
                    case "subject" -> "Relay.contoso.example";
                    case "fingerprint" -> fingerprint;
                    default -> "other.contoso.example";
                })));
        try (RawClient client = RawClient.connectToMx(SANDBOX.sandbox())) {
            client.say("EHLO mfp");
            client.say("STARTTLS");
            client.shakeHands(RawClient.trusting(SANDBOX.sandbox().trustedCertificates(), key.managers()));
            client.say("EHLO mfp");
            assertThat(recipient(client, "mfp@contoso.example", "a@example.org"))
                    .startsWith(expected);
        }
    }

    @Test
    void acceptsTwoHundredRecipients() throws IOException {
        try (RawClient client = RawClient.connectToMx(SANDBOX.sandbox())) {
            client.say("EHLO mfp");
            client.say("MAIL FROM:<mfp@contoso.example>");
            for (int i = 0; i < 200; i++) {
                assertThat(client.say("RCPT TO:<a" + i + "@contoso.example>")).startsWith("250 ");
            }
            assertThat(client.say("RCPT TO:<b@contoso.example>")).startsWith("452 4.5.3 Too many recipients [");
        }
    }

    @Test
    void injectsMxFaultsOnlyAtTheMx() throws IOException {
        SANDBOX.sandbox()
                .faults()
                .add(Fault.parse("mx-mail:451 4.7.500 Server busy. Please try again later from [127.0.0.1].*1"));
        try (RawClient submission = SANDBOX.signedIn();
                RawClient client = RawClient.connectToMx(SANDBOX.sandbox())) {
            assertThat(submission.say("MAIL FROM:<>")).startsWith("250 ");
            client.say("EHLO mfp");
            assertThat(client.say("MAIL FROM:<>")).startsWith("451 4.7.500 Server busy. ");
        }
    }
}
