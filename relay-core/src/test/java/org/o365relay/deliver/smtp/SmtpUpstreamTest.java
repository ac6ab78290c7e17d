package org.o365relay.deliver.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.Outgoing;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Answer;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.identity.Credential;
import org.o365relay.identity.Secret;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

@Timeout(30)
class SmtpUpstreamTest {

    private static final String PASSWORD = "Str0ng-Pässwörd!";
    private static final Credential CREDENTIAL = new Credential.Password("relay@contoso.example", new Secret(PASSWORD));
    private static final String TEXT = "Subject: hello\r\n\r\nhello\r\n";

    @TempDir
    static Path directory;

    static TestCertificate localhost;
    static TestCertificate other;

    private FakeSubmissionServer server;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() {
        localhost = TestCertificate.madeFor("localhost", directory);
        other = TestCertificate.madeFor("other.example", directory);
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

    // What arrives

    @Test
    void handsOverAMessage() {
        Map<Recipient, Response> responses = upstream().attempt(message(TEXT, "a@x.example", "b@x.example"));

        assertThat(responses.keySet()).extracting(Recipient::ordinal).containsExactly(0, 1);
        assertThat(responses.values()).allSatisfy(response -> {
            assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
            assertThat(response.origin()).isEqualTo(Origin.UPSTREAM);
            assertThat(response.reply())
                    .isEqualTo(Reply.of(250, "2.0.0", "OK <1@fake.example> [Hostname=FAKE.prod.outlook.com]"));
        });
        assertThat(server.commands)
                .containsExactly(
                        "EHLO relay.example",
                        "STARTTLS",
                        "EHLO relay.example",
                        "AUTH LOGIN",
                        "username " + base64("relay@contoso.example"),
                        "password " + base64(PASSWORD),
                        "MAIL FROM:<relay@contoso.example> BODY=8BITMIME",
                        "RCPT TO:<a@x.example>",
                        "RCPT TO:<b@x.example>",
                        "DATA");
        assertThat(server.contents).containsExactly(TEXT.getBytes(UTF_8));
    }

    @Test
    void stuffsDotsAndNothingElse() {
        upstream().attempt(message(".\r\n..\r\n.a\r\nb.\r\n\r\n.", "a@x.example"));
        assertThat(received()).isEqualTo("..\r\n...\r\n..a\r\nb.\r\n\r\n..\r\n");
    }

    @Test
    void stuffsDotsHoweverTheContentIsCutUp() {
        upstream().attempt(message(out -> {
            for (byte octet : "a\r\n.b\r\n.".getBytes(UTF_8)) {
                out.write(octet);
            }
            out.write("\r\n.c\r".getBytes(UTF_8));
            out.write("\n".getBytes(UTF_8));
            out.write(".\r\n".getBytes(UTF_8));
        }));
        assertThat(received()).isEqualTo("a\r\n..b\r\n..\r\n..c\r\n..\r\n");
    }

    @Test
    void leavesEveryOctetAsItIs() {
        StringBuilder all = new StringBuilder("Subject: =?broken\r\nX: \u00ff\u0080\r\n\r\n");
        IntStream.range(0, 256).filter(c -> c != '\r' && c != '\n').forEach(c -> all.append((char) c));
        all.append("\r\n").append("x".repeat(5000)).append("\r\n\r\n");
        byte[] octets = all.toString().getBytes(ISO_8859_1);

        upstream().attempt(message(out -> out.write(octets)));

        assertThat(server.contents.getFirst()).isEqualTo(octets);
    }

    @Test
    void endsTheLastLineIfTheContentDoesNot() {
        upstream().attempt(message("no end", "a@x.example"));
        assertThat(received()).isEqualTo("no end\r\n");
    }

    @Test
    void streamsALargeMessageWithoutHoldingItInMemory() {
        server.discardingContent();
        byte[] line = ("x".repeat(1022) + "\r\n").getBytes(UTF_8);
        Response response = only(upstream().attempt(message(out -> {
            for (int i = 0; i < 10 * 1024; i++) {
                out.write(line);
                // what was written 2 MiB ago has long left: whoever kept it all would wait here for ever
                while (server.octetsOfContent.get() < (i - 2048L) * line.length) {
                    Thread.onSpinWait();
                }
            }
        })));
        assertThat(response.reply().code()).isEqualTo(250);
        assertThat(server.octetsOfContent).hasValue(10L * 1024 * 1024 + 3);
    }

    @Test
    void announces8BitMimeOnlyWhereItIsOffered() {
        server.offers("STARTTLS", "AUTH LOGIN");
        upstream().attempt(message(TEXT, "a@x.example"));
        assertThat(server.commands("MAIL")).containsExactly("MAIL FROM:<relay@contoso.example>");
    }

    // International addresses

    @Test
    void asksForSmtpUtf8WhereAnAddressNeedsIt() {
        upstream().attempt(message(TEXT, "jürgen@x.example"));
        assertThat(server.commands("MAIL")).containsExactly("MAIL FROM:<relay@contoso.example> BODY=8BITMIME SMTPUTF8");
        assertThat(server.commands("RCPT")).containsExactly("RCPT TO:<jürgen@x.example>");
    }

    @Test
    void refusesOnlyTheInternationalRecipientWhereSmtpUtf8IsNotOffered() {
        server.offers("STARTTLS", "AUTH LOGIN");
        Map<Recipient, Response> responses = upstream().attempt(message(TEXT, "jürgen@x.example", "b@x.example"));
        assertThat(responses.values())
                .extracting(response -> response.reply().code())
                .containsExactly(550, 250);
        Response refused = responses.values().iterator().next();
        assertThat(refused.origin()).isEqualTo(Origin.RELAY);
        assertThat(refused.reply().toString()).startsWith("550 5.6.7 ").contains("SMTPUTF8");
        assertThat(server.commands("RCPT")).containsExactly("RCPT TO:<b@x.example>");
    }

    // Recipients

    @Test
    void deliversToThoseTakenIfOthersAreRefused() {
        server.at("RCPT", "250 2.1.5 OK")
                .at("RCPT", "550 5.1.10 RecipientNotFound")
                .at("RCPT", "450 4.2.1 Greylisted");
        Map<Recipient, Response> responses =
                upstream().attempt(message(TEXT, "a@x.example", "b@x.example", "c@x.example"));
        assertThat(responses.values())
                .extracting(Response::step)
                .containsExactly(Step.END_OF_CONTENT, Step.RCPT, Step.RCPT);
        assertThat(responses.values())
                .extracting(response -> response.reply().code())
                .containsExactly(250, 550, 450);
        assertThat(server.contents).hasSize(1);
    }

    @Test
    void sendsNothingIfAllRecipientsAreRefusedAndKeepsTheConnection() {
        server.at("RCPT", "550 5.1.10 No").at("RCPT", "550 5.1.10 No");
        SmtpUpstream upstream = upstream();
        Map<Recipient, Response> responses = upstream.attempt(message(TEXT, "a@x.example", "b@x.example"));
        assertThat(responses.values())
                .allSatisfy(response -> assertThat(response.step()).isEqualTo(Step.RCPT));
        assertThat(server.contents).isEmpty();

        assertThat(only(upstream.attempt(message(TEXT, "c@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(1);
        assertThat(server.commands).contains("RSET");
    }

    @Test
    void deliversToThoseTakenBeforeTooManyRecipients() {
        server.at("RCPT", "250 OK").at("RCPT", "250 OK").at("RCPT", "452 4.5.3 Too many recipients");
        Map<Recipient, Response> responses =
                upstream().attempt(message(TEXT, "a@x.example", "b@x.example", "c@x.example", "d@x.example"));
        assertThat(responses.values())
                .extracting(response -> response.reply().code())
                .containsExactly(250, 250, 452, 452);
        assertThat(server.commands("RCPT")).hasSize(3);
    }

    // Replies

    @Test
    void tellsAReplyOfSeveralKilobytesWhole() {
        String text =
                "554 5.2.252 SendAsDenied; a@x.example not allowed to send as b@x.example; " + "Diag:0.1 ".repeat(900)
                        + "[AM9PR04MB8888.eurprd04.prod.outlook.com 2026-01-09T16:12:30.678Z 08DE4F6D4916B5B3]";
        server.at("END", text);
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.UPSTREAM);
        assertThat(response.reply().toString()).isEqualTo(text);
    }

    @Test
    void readsRepliesInUtf8() {
        server.at("MAIL", "550 5.1.7 Adresse ungültig");
        assertThat(only(upstream().attempt(message(TEXT, "a@x.example")))
                        .reply()
                        .text())
                .isEqualTo("Adresse ungültig");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GREETING | 554 5.3.2 Not today        | GREETING
            EHLO     | 550 5.7.506 Bad HELO       | EHLO
            STARTTLS | 454 4.7.0 Not now          | STARTTLS
            AUTH     | 504 5.7.4 Unrecognized     | AUTH
            AUTH     | 530 5.7.57 Not yet         | AUTH
            PASSWORD | 535 5.7.3 Authentication unsuccessful [SN2PR00CA0018.namprd00.prod.outlook.com] | AUTH
            MAIL     | 501 5.1.7 Invalid address  | MAIL
            MAIL     | 421 4.4.1 Timed out        | MAIL
            RCPT     | 550 5.4.1 Access denied    | RCPT
            RCPT     | 421 4.3.2 Going down       | RCPT
            DATA     | 554 5.5.1 No recipients    | CONTENT
            END      | 552 5.3.4 Too large        | END_OF_CONTENT
            END      | 421 4.3.2 Going down       | END_OF_CONTENT
            """)
    void tellsWhatWasSaidAtEachStep(String at, String reply, Step step) {
        server.at(at, new Answer.SayAndClose(reply));
        assertThat(only(upstream().attempt(message(TEXT, "a@x.example"))))
                .isEqualTo(new Response(step, Reply.parse(reply).orElseThrow(), Origin.UPSTREAM));
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void tellsOfAServerThatDoesNotSpeakSmtp() {
        server.at("GREETING", "HTTP/1.1 400 Bad Request");
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text()).contains("no SMTP reply before the greeting: HTTP/1.1 400 Bad Request");
    }

    @Test
    void keepsTheConnectionAfterARefusedMessage() {
        server.at("END", "554 5.6.0 Invalid message content");
        SmtpUpstream upstream = upstream();
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(554);
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void leavesAServerThatDoesNotForgetTheTransaction() {
        server.at("MAIL", "550 5.1.8 No").at("RSET", "503 5.5.1 No");
        SmtpUpstream upstream = upstream();
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    // Broken connections

    @ParameterizedTest
    @CsvSource({
        "GREETING, GREETING, before the greeting",
        "EHLO, EHLO, after EHLO",
        "STARTTLS, STARTTLS, during the TLS handshake",
        "TLS, STARTTLS, during the TLS handshake",
        "AUTH, AUTH, while signing in",
        "PASSWORD, AUTH, while signing in",
        "MAIL, MAIL, after MAIL",
        "RCPT, RCPT, after RCPT",
        "DATA, CONTENT, while sending the content",
        "END, END_OF_CONTENT, after the end of the content",
    })
    void tellsWhereTheConnectionWasLost(String at, Step step, String words) {
        server.at(at, new Answer.Drop());
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(step);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().toString()).startsWith("451 4.4.2 ").contains(words);
        assertThat(response.mayHaveArrived()).isEqualTo(step == Step.END_OF_CONTENT);
    }

    @ParameterizedTest
    @CsvSource({
        "GREETING, GREETING",
        "EHLO, EHLO",
        "STARTTLS, STARTTLS",
        "TLS, STARTTLS",
        "AUTH, AUTH",
        "PASSWORD, AUTH",
        "MAIL, MAIL",
        "RCPT, RCPT",
        "DATA, CONTENT",
        "END, END_OF_CONTENT"
    })
    void waitsForNobodyForEver(String at, Step step) {
        server.at(at, new Answer.Hang());
        Response response = only(impatient().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(step);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text())
                .startsWith("timed out after " + (step == Step.END_OF_CONTENT ? 350 : 250) + " ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GREETING", "MAIL", "END"})
    void doesNotFallForAReplyThatComesDropByDrop(String at) {
        server.at(at, new Answer.Drip());
        Response response = only(impatient().attempt(message(TEXT, "a@x.example")));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text()).startsWith("timed out after");
    }

    @Test
    void doesNotFallForAServerThatReadsNoContent() {
        server.readingNoContent();
        byte[] block = new byte[1 << 16];
        Response response = only(impatient().attempt(message(out -> {
            for (int i = 0; i < 1000; i++) {
                out.write(block);
            }
        })));
        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text()).startsWith("timed out after 250 ms while sending the content");
    }

    @Test
    void tellsARefusedConnection() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0)) {
            port = unused.getLocalPort();
        }
        Response response = only(upstream(settings("localhost", port, Tls.STARTTLS, localhost.pem()), CREDENTIAL)
                .attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.CONNECT);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().toString()).isEqualTo("451 4.4.1 connection refused by localhost:" + port);
    }

    @Test
    void tellsANameThatIsNotFound() {
        Response response = only(upstream(settings("smtp.invalid", 587, Tls.STARTTLS, localhost.pem()), CREDENTIAL)
                .attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.CONNECT);
        assertThat(response.reply().toString()).isEqualTo("451 4.4.3 name not found: smtp.invalid");
    }

    @Test
    void neverEndsAMessageWhoseContentCannotBeRead() throws InterruptedException {
        SmtpUpstream upstream = upstream();
        Response response = only(upstream.attempt(message(out -> {
            out.write(TEXT.getBytes(UTF_8));
            throw new IOException("chunk 3 is damaged");
        })));
        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.RELAY);
        assertThat(response.reply().toString()).startsWith("451 4.3.0 ");
        assertThat(server.brokenOffInContent.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(server.contents).isEmpty();

        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @Test
    void neverEndsAMessageAfterABug() throws InterruptedException {
        SmtpUpstream upstream = upstream();
        assertThatThrownBy(() -> upstream.attempt(message(_ -> {
                    throw new IllegalStateException("bug");
                })))
                .hasMessage("bug");
        assertThat(server.brokenOffInContent.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(server.contents).isEmpty();
    }

    // Kept connections

    @Test
    void sendsTheNextMessageOverTheSameConnection() {
        SmtpUpstream upstream = upstream();
        for (int i = 0; i < 5; i++) {
            assertThat(only(upstream.attempt(message(TEXT, "a@x.example")))
                            .reply()
                            .code())
                    .isEqualTo(250);
        }
        assertThat(server.handshakes).hasValue(1);
        assertThat(server.commands).doesNotContain("NOOP", "RSET");
    }

    @Test
    void replacesAConnectionThatTheServerHasClosed() throws IOException {
        SmtpUpstream upstream = upstream();
        upstream.attempt(message(TEXT, "a@x.example"));
        server.closeConnections();
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"421 4.4.1 Connection timed out", "451 4.7.0 Timeout waiting for client input"})
    void replacesAConnectionThatTheServerIsAboutToClose(String goodbye) {
        SmtpUpstream upstream = upstream();
        server.at("MAIL", "250 OK").at("MAIL", new Answer.SayAndClose(goodbye));
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @Test
    void doesNotReplaceAConnectionThatHasTakenSomethingOfTheMessage() {
        SmtpUpstream upstream = upstream();
        server.at("RCPT", "250 OK").at("RCPT", new Answer.Drop());
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).step()).isEqualTo(Step.RCPT);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void saysQuitOnAConnectionThatNobodyNeeded() throws InterruptedException {
        CountDownLatch quit = server.latchOn("QUIT");
        SmtpUpstream upstream = impatient();
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(quit.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void saysQuitWhenClosed() throws InterruptedException {
        CountDownLatch quit = server.latchOn("QUIT");
        SmtpUpstream upstream = upstream();
        upstream.attempt(message(TEXT, "a@x.example"));
        upstream.close();
        assertThat(quit.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void sends2000MessagesFromTwentyThreadsOverTwentyConnections() throws Exception {
        SmtpUpstream upstream = upstream();
        Semaphore lanes = new Semaphore(20);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Response>> attempts = IntStream.range(0, 2000)
                    .mapToObj(_ -> threads.submit(() -> {
                        lanes.acquire();
                        try {
                            return only(upstream.attempt(message(TEXT, "a@x.example")));
                        } finally {
                            lanes.release();
                        }
                    }))
                    .toList();
            for (Future<Response> attempt : attempts) {
                assertThat(attempt.get().reply().code()).isEqualTo(250);
            }
        }
        assertThat(server.contents).hasSize(2000);
        assertThat(server.handshakes.get()).isBetween(1, 20);
    }

    // TLS and signing in

    @Test
    void sendsNothingToAServerWithoutStartTls() {
        server.offers("AUTH LOGIN PLAIN", "8BITMIME");
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.STARTTLS);
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply().toString())
                .isEqualTo("454 4.7.4 localhost:" + server.port() + " offers no STARTTLS");
        assertThat(server.commands).containsExactly("EHLO relay.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS", "IMPLICIT"})
    void sendsNothingToAServerWithACertificateForAnotherName(Tls tls) throws IOException {
        Response response = attemptWith(other, tls, other.pem());
        assertThat(response.step()).isEqualTo(Step.STARTTLS);
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply().toString())
                .isEqualTo("454 4.7.5 certificate of localhost is for other.example, not for localhost");
        assertThat(server.commands("AUTH")).isEmpty();
        assertThat(server.commands("MAIL")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS", "IMPLICIT"})
    void sendsNothingToAServerWhoseCertificateNobodyVouchesFor(Tls tls) throws IOException {
        for (@Nullable Path trusted : Arrays.asList(null, other.pem())) {
            Response response = attemptWith(localhost, tls, trusted);
            assertThat(response.origin()).isEqualTo(Origin.TLS);
            assertThat(response.reply().toString())
                    .isEqualTo("454 4.7.5 certificate of localhost is not signed by anyone this machine trusts"
                            + " (but by CN=localhost)");
            assertThat(server.commands("AUTH")).isEmpty();
            assertThat(server.commands("MAIL")).isEmpty();
        }
    }

    @Test
    void speaksTlsFromTheStart() throws IOException {
        assertThat(attemptWith(localhost, Tls.IMPLICIT, localhost.pem()).reply().code())
                .isEqualTo(250);
        assertThat(server.commands).doesNotContain("STARTTLS");
    }

    @Test
    void waitsForNobodyForEverInTheHandshakeBeforeTheGreeting() {
        server.speakingTlsFromTheStart().at("TLS", new Answer.Hang());
        SmtpUpstreamSettings settings = new SmtpUpstreamSettings(
                "localhost",
                server.port(),
                Tls.IMPLICIT,
                localhost.pem(),
                2,
                Duration.ofSeconds(5),
                Duration.ofMillis(250),
                Duration.ofMillis(350),
                Duration.ofMillis(200),
                "relay.example");
        Response response = only(upstream(settings, CREDENTIAL).attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().text()).startsWith("timed out after 250 ms during the TLS handshake");
    }

    @Test
    void speaksPlainTextOnlyIfToldTo() {
        server.offers("8BITMIME", "STARTTLS", "AUTH LOGIN");
        Response response = only(upstream(settings("localhost", server.port(), Tls.NONE, null), new Credential.None())
                .attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().code()).isEqualTo(250);
        assertThat(server.commands).doesNotContain("STARTTLS").noneMatch(command -> command.startsWith("AUTH"));
    }

    @Test
    void prefersLogin() {
        server.offers("STARTTLS", "AUTH PLAIN LOGIN XOAUTH2");
        upstream().attempt(message(TEXT, "a@x.example"));
        assertThat(server.commands("AUTH")).containsExactly("AUTH LOGIN");
    }

    @Test
    void signsInWithPlainWhereThereIsNoLogin() {
        server.offers("STARTTLS", "AUTH PLAIN");
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().code()).isEqualTo(250);
        String user = "relay@contoso.example";
        assertThat(server.commands("AUTH"))
                .containsExactly("AUTH PLAIN " + base64(user + "\0" + user + "\0" + PASSWORD));
    }

    @ParameterizedTest
    @CsvSource({"AUTH XOAUTH2, only AUTH XOAUTH2", "8BITMIME, no AUTH at all"})
    void doesNotSendWithoutSigningIn(String keyword, String words) {
        server.offers("STARTTLS", keyword);
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.AUTH);
        assertThat(response.origin()).isEqualTo(Origin.RELAY);
        assertThat(response.reply().toString())
                .startsWith("504 5.7.4 localhost:" + server.port() + " offers neither AUTH LOGIN nor PLAIN")
                .contains(words);
        assertThat(server.commands("MAIL")).isEmpty();
    }

    @Test
    void tellsNobodyThePassword() {
        String secret = base64(PASSWORD);
        server.at("PASSWORD", "500 5.3.3 Unrecognized command '" + secret + "' or '" + PASSWORD + "'");
        SmtpUpstream upstream = upstream();
        Response response = only(upstream.attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().toString()).isEqualTo("500 5.3.3 Unrecognized command '***' or '***'");
        assertThat(response.toString() + upstream + upstream.name() + upstream.check())
                .doesNotContain(secret)
                .doesNotContain(PASSWORD);
    }

    // The check

    @Test
    void checksTheWholeWayWithoutSending() {
        SubmissionCheck check = upstream().check();
        assertThat(check.succeeded()).isTrue();
        assertThat(check.trouble()).isEmpty();
        assertThat(check.findings())
                .extracting(SubmissionCheck.Finding::step)
                .containsExactly(
                        Step.CONNECT, Step.CONNECT, Step.GREETING, Step.EHLO, Step.STARTTLS, Step.EHLO, Step.AUTH);
        assertThat(check.findings())
                .extracting(SubmissionCheck.Finding::detail)
                .anyMatch(detail -> detail.matches("localhost is .*127\\.0\\.0\\.1.*"))
                .anyMatch(detail -> detail.startsWith("connected to 127.0.0.1 port "))
                .contains("220 fake.example ESMTP ready")
                .contains("offers SIZE 157286400, 8BITMIME, AUTH LOGIN XOAUTH2, SMTPUTF8")
                .anyMatch(detail -> detail.matches(
                        "TLSv1\\.3, TLS_AES_\\w+, certificate CN=localhost, valid until 20\\d\\d-\\d\\d-\\d\\d"))
                .contains("signed in as relay@contoso.example with LOGIN");
        assertThat(server.commands("MAIL")).isEmpty();
    }

    @Test
    void checksUpToTheFirstTrouble() {
        server.at("PASSWORD", "535 5.7.3 Authentication unsuccessful");
        SubmissionCheck check = upstream().check();
        assertThat(check.succeeded()).isFalse();
        assertThat(check.trouble().orElseThrow().reply().code()).isEqualTo(535);
        assertThat(check.findings().getLast().step()).isEqualTo(Step.EHLO);
    }

    private Response attemptWith(TestCertificate certificate, Tls tls, @Nullable Path trusted) throws IOException {
        server.close();
        server = new FakeSubmissionServer(certificate.context());
        if (tls == Tls.IMPLICIT) {
            server.speakingTlsFromTheStart();
        }
        return only(upstream(settings("localhost", server.port(), tls, trusted), CREDENTIAL)
                .attempt(message(TEXT, "a@x.example")));
    }

    private SmtpUpstream upstream() {
        return upstream(settings("localhost", server.port(), Tls.STARTTLS, localhost.pem()), CREDENTIAL);
    }

    private SmtpUpstream upstream(SmtpUpstreamSettings settings, Credential credential) {
        SmtpUpstream upstream = new SmtpUpstream(settings, credential);
        opened.add(upstream);
        return upstream;
    }

    private SmtpUpstream impatient() {
        SmtpUpstreamSettings settings = new SmtpUpstreamSettings(
                "localhost",
                server.port(),
                Tls.STARTTLS,
                localhost.pem(),
                2,
                Duration.ofSeconds(5),
                Duration.ofMillis(250),
                Duration.ofMillis(350),
                Duration.ofMillis(200),
                "relay.example");
        return upstream(settings, CREDENTIAL);
    }

    private static SmtpUpstreamSettings settings(String host, int port, Tls tls, @Nullable Path trusted) {
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

    private static Outgoing message(String content, String... recipients) {
        return message(out -> out.write(content.getBytes(UTF_8)), recipients);
    }

    private static Outgoing message(Outgoing.Content content) {
        return message(content, "a@x.example");
    }

    private static Outgoing message(Outgoing.Content content, String... recipients) {
        List<Recipient> list = IntStream.range(0, recipients.length)
                .mapToObj(
                        i -> new Recipient(i, EmailAddress.parse(recipients[i]).orElseThrow()))
                .toList();
        return new Outgoing(new QueueId(1), new EmailAddress("relay", "contoso.example"), list, false, content);
    }

    private static Response only(Map<Recipient, Response> responses) {
        assertThat(responses).hasSize(1);
        return responses.values().iterator().next();
    }

    private String received() {
        return new String(server.contents.getFirst(), UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
