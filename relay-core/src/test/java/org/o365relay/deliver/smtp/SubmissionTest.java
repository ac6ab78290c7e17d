package org.o365relay.deliver.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Secret;
import org.o365relay.net.MailExchangers;

/// A fake server, upstreams that connect to it, and messages.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class SubmissionTest {

    static final String PASSWORD = "Str0ng-Pässwörd!";
    static final Credential CREDENTIAL = new Credential.Password("relay@contoso.example", new Secret(PASSWORD));
    static final String TEXT = "Subject: hello\r\n\r\nhello\r\n";

    @TempDir
    static Path directory;

    static TestCertificate localhost;

    FakeSubmissionServer server;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() {
        localhost = TestCertificate.madeFor("localhost", directory);
    }

    @BeforeEach
    void startServer() throws IOException {
        server = new FakeSubmissionServer(localhost.context());
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        server.close();
    }

    SmtpUpstream upstream() {
        return upstream(settings("localhost", server.port(), Tls.STARTTLS, localhost.pem()), CREDENTIAL);
    }

    SmtpUpstream upstream(SmtpUpstreamSettings settings, Credential credential) {
        return opened(new SmtpUpstream(settings, credential));
    }

    SmtpUpstream opened(SmtpUpstream upstream) {
        opened.add(upstream);
        return upstream;
    }

    /// Closes this after the test.
    void closing(AutoCloseable each) {
        opened.add(each);
    }

    SmtpUpstream impatient() {
        return impatient(InstantSource.system());
    }

    SmtpUpstream impatient(InstantSource clock) {
        SmtpUpstreamSettings settings = new SmtpUpstreamSettings(
                "localhost",
                server.port(),
                Tls.STARTTLS,
                localhost.pem(),
                2,
                Duration.ofSeconds(5),
                Duration.ofMillis(600),
                Duration.ofMillis(800),
                Duration.ofMillis(200),
                "relay.example");
        return opened(new SmtpUpstream(settings, CREDENTIAL, null, new MailExchangers(), new Dialer(settings), clock));
    }

    static SmtpUpstreamSettings settings(String host, int port, Tls tls, @Nullable Path trusted) {
        return new SmtpUpstreamSettings(
                host,
                port,
                tls,
                trusted,
                20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofSeconds(30),
                "relay.example");
    }

    static OutgoingMessage message(String content, String... recipients) {
        return message(out -> out.write(content.getBytes(UTF_8)), recipients);
    }

    static OutgoingMessage message(OutgoingMessage.Content content) {
        return message(content, "a@x.example");
    }

    static OutgoingMessage message(OutgoingMessage.Content content, String... recipients) {
        List<Recipient> list = IntStream.range(0, recipients.length)
                .mapToObj(
                        i -> new Recipient(i, EmailAddress.parse(recipients[i]).orElseThrow()))
                .toList();
        return new OutgoingMessage(new QueueId(1), new EmailAddress("relay", "contoso.example"), list, false, content);
    }

    static Response only(Map<Recipient, Response> responses) {
        assertThat(responses).hasSize(1);
        return responses.values().iterator().next();
    }

    String received() {
        return new String(server.contents.getFirst(), UTF_8);
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
