package org.o365relay.deliver.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Answer;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Then;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.identity.Credential;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// Replies that are not what they seem, and replies that belong to no command: never a success.
class OutOfStepTest extends SubmissionTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        GREETING | 220-welcome⏎521 5.3.2 not here⏎        | GREETING       | 521
        GREETING | 220-welcome⏎554 5.7.1 not you⏎         | GREETING       | 554
        EHLO     | 250-fake⏎550 5.7.1 not you⏎            | EHLO           | 550
        STARTTLS | 220-ready⏎454 4.7.0 not now⏎           | STARTTLS       | 454
        AUTH     | 334-VXNlcm5hbWU6⏎535 5.7.3 no⏎         | AUTH           | 535
        PASSWORD | 235-2.7.0 ok⏎535 5.7.3 no⏎             | AUTH           | 535
        MAIL     | 250-2.1.0 ok⏎550 5.1.8 no⏎             | MAIL           | 550
        RCPT     | 250-2.1.5 ok⏎550 5.1.1 no⏎             | RCPT           | 550
        DATA     | 354-go⏎554 5.7.1 no⏎                   | CONTENT        | 554
        END      | 250-2.0.0 stored⏎554 5.7.1 rejected⏎   | END_OF_CONTENT | 554
        END      | 554-5.7.1 rejected⏎                    | END_OF_CONTENT | 554
        """)
    void reportsTheCodeOfTheLastLineIfItIsARefusal(String at, String octets, Step step, int code) {
        server.at(at, new Answer.RawAndClose(octets.replace("⏎", "\r\n")));
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(step);
        assertThat(response.origin()).isEqualTo(Origin.SUBMISSION);
        assertThat(response.reply().code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        GREETING | 250 fake.example⏎
        GREETING | 220-fake.example⏎
        EHLO     | 250-fake.example⏎
        EHLO     | 220 fake.example⏎
        STARTTLS | 220-ready⏎
        STARTTLS | 250 ready⏎
        AUTH     | 334 VXNlcm⏎334 UGFzc⏎
        AUTH     | 250 ok⏎
        PASSWORD | 235-2.7.0 ok⏎
        PASSWORD | 250 2.7.0 ok⏎
        MAIL     | 550-5.1.8 no⏎250 2.1.0 ok⏎
        MAIL     | 250-2.1.0 ok⏎
        MAIL     | 354 go⏎
        RCPT     | 250-2.1.5 ok⏎251 2.1.5 ok⏎
        RCPT     | 250 2.1.5 ok
        RCPT     | 220 fake.example⏎
        DATA     | 354-go⏎
        DATA     | 354-go⏎250 ok⏎
        DATA     | 250 2.1.5 ok⏎
        END      | 250-2.0.0 stored⏎
        END      | 250 2.0.0 o
        END      | 250-2.0.0 stored⏎and more⏎
        END      | 554-5.7.1 rejected⏎250 2.0.0 ok⏎
        END      | 354 go⏎
        END      | 220 fake.example⏎
        END      | 235 2.7.0 ok⏎
        """)
    void reportsAnUnusableReplyAsALostConnection(String at, String octets) {
        server.at(at, new Answer.RawAndClose(octets.replace("⏎", "\r\n")));
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().code()).isEqualTo(451);
        assertThat(response.mayHaveArrived()).isEqualTo(at.equals("END"));
        assertThat(server.contents).hasSize(at.equals("END") ? 1 : 0);
    }

    @Test
    void doesNotReleaseTheContentAfterATwofoldReplyToData() {
        server.at("DATA", new Answer.Raw("354-go\r\n554 5.7.1 no\r\n"));
        upstream().attempt(message("RSET\r\nQUIT\r\n", "a@x.example"));
        assertThat(server.commands).endsWith("DATA", "RSET");
        assertThat(server.contents).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GREETING, EHLO",
        "EHLO, STARTTLS",
        "AUTH, AUTH",
        "PASSWORD, MAIL",
        "MAIL, RCPT",
        "RCPT, CONTENT",
        "DATA, CONTENT",
        "END, END_OF_CONTENT"
    })
    void stopsAtAReplyThatBelongsToNoCommand(String at, Step step) {
        server.at(at, new Answer.UsualAnd("250 2.0.0 surplus\r\n"));
        SmtpUpstream upstream = upstream();

        Response response = only(upstream.attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(step);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text()).contains("unexpected reply").endsWith("250 2.0.0 surplus");
        assertThat(response.mayHaveArrived()).isEqualTo(at.equals("END"));
        assertThat(server.contents).hasSize(at.equals("END") ? 1 : 0);

        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @Test
    void stopsAtASurplusReplyBeforeTheFirstChunk() {
        server.offers("CHUNKING", "BINARYMIME", "STARTTLS", "AUTH LOGIN")
                .at("RCPT", new Answer.UsualAnd("250 2.0.0 surplus\r\n"))
                .at("END", "554 5.7.1 the real answer");
        Response response = only(upstream().attempt(binary(1000)));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(server.commands("BDAT")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"250 2.0.0 surplus\r\n", "354 go\r\n", "2"})
    void doesNotTakeAReplyDuringTheContentForThatToTheFinalDot(String octets) throws InterruptedException {
        server.inContent(100, octets, Then.READ_ON).at("END", "554 5.7.1 the real answer");
        Response response = only(impatient().attempt(message(out -> {
            out.write("x".repeat(20_000).getBytes(UTF_8));
            server.repliedEarly.acquireUninterruptibly();
            out.write(new byte[20_000]);
        })));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.mayHaveArrived()).isFalse();
        server.brokenOffInContent.await();
        assertThat(server.contents).isEmpty();
    }

    @Test
    void deliversIfTheServerSaysGoodbyeAfterTheMessage() {
        server.at("END", new Answer.UsualAnd("421 4.3.2 enough for today\r\n"));
        SmtpUpstream upstream = upstream();
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"250 2.0.0 surplus\r\n", "421 4.4.1 timed out\r\n", "550 5.7.1 no\r\n", "2"})
    void replacesAnIdleConnectionOnWhichSomethingArrived(String octets) throws IOException, InterruptedException {
        for (Tls tls : List.of(Tls.NONE, Tls.STARTTLS)) {
            SmtpUpstream upstream = tls == Tls.NONE ? plain() : upstream();
            int before = server.connections.get();
            upstream.attempt(message(TEXT, "a@x.example"));
            server.sendInSession(octets);
            assertThat(only(upstream.attempt(message(TEXT, "b@x.example")))
                            .reply()
                            .code())
                    .isEqualTo(250);
            assertThat(server.connections).hasValue(before + 2);
        }
        assertThat(server.commands("RCPT TO:<b@")).hasSize(2);
    }

    @Test
    void closesTheConnectionAfterASurplusReplyToRset() {
        server.at("MAIL", "550 5.1.8 No").at("RSET", new Answer.UsualAnd("250 2.0.0 surplus\r\n"));
        SmtpUpstream upstream = upstream();
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        MAIL | 503 5.5.1 Polite people say HELO first
        RCPT | 503 5.5.2 Need mail command
        RCPT | 503 Bad sequence of commands
        DATA | 503 5.5.1 Error: need RCPT command
        DATA | 503 valid RCPT command must precede DATA
        DATA | 554 5.5.1 Error: no valid recipients
        DATA | 502 5.5.1 Error: command not implemented
        END  | 503 5.5.2 Need mail command
        """)
    void takesALostTransactionForALostConnection(String at, String reply) {
        server.at(at, reply);
        SmtpUpstream upstream = upstream();
        Response response = only(upstream.attempt(message(TEXT, "a@x.example")));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text()).contains("lost the transaction").endsWith(reply);
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"503 5.5.1 Polite people say HELO first", "503 5.5.2 Sender already specified"})
    void replacesAPooledConnectionThatRefusesMailAsOutOfSequence(String reply) {
        server.at("MAIL", "250 ok").at("MAIL", reply);
        SmtpUpstream upstream = upstream();
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @Test
    void readsNoPlainTextAfterStartTls() {
        server.at("STARTTLS", new Answer.UsualAnd("250-injected\r\n250 AUTH PLAIN\r\n"));
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.STARTTLS);
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply().toString()).startsWith("454 4.7.5 ").contains("plain text after its reply");
        assertThat(server.handshakes).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100})
    void namesAPortThatSpeaksPlainText(long millis) {
        server.at("GREETING", new Answer.SayLater("220 hello", millis));
        Response response =
                only(upstream(settings("localhost", server.port(), Tls.IMPLICIT, localhost.pem()), CREDENTIAL)
                        .attempt(message(TEXT, "a@x.example")));
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply().text())
                .isEqualTo("localhost:" + server.port()
                        + " speaks plain text on this port; use tls = starttls, or port 465");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GREETING", "EHLO", "MAIL", "END"})
    void endsAnEndlessReply(String at) {
        server.at(at, new Answer.Raw("250-and so on\r\n".repeat(10_000)));
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text())
                .contains("an SMTP reply that is too long")
                .hasSizeLessThan(300);
        assertThat(response.mayHaveArrived()).isEqualTo(at.equals("END"));
    }

    private SmtpUpstream plain() {
        return upstream(settings("localhost", server.port(), Tls.NONE, null), new Credential.None());
    }

    static OutgoingMessage binary(int size) {
        return new OutgoingMessage(
                new QueueId(1),
                new EmailAddress("relay", "contoso.example"),
                List.of(new Recipient(0, new EmailAddress("a", "x.example"))),
                false,
                size,
                DsnRequest.NONE,
                out -> out.write("as text\r\n".getBytes(UTF_8)),
                out -> out.write(new byte[size]));
    }
}
