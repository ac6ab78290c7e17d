package org.o365relay.deliver.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Answer;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;

class LostConnectionTest extends SubmissionTest {

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
    void reportsWhereTheConnectionWasLost(String at, Step step, String words) {
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
    void limitsTheTimeOfEveryStep(String at, Step step) {
        server.at(at, new Answer.Hang());
        Response response = only(impatient().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(step);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text())
                .startsWith("timed out after " + (step == Step.END_OF_CONTENT ? 800 : 600) + " ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GREETING", "MAIL", "END"})
    void limitsTheTimeOfAReplyThatArrivesByteByByte(String at) {
        server.at(at, new Answer.Drip());
        Response response = only(impatient().attempt(message(TEXT, "a@x.example")));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text()).startsWith("timed out after");
    }

    @Test
    void limitsTheTimeOfAServerThatReadsNoContent() {
        server.readingNoContent();
        byte[] block = new byte[1 << 16];
        Response response = only(impatient().attempt(message(out -> {
            for (int i = 0; i < 1000; i++) {
                out.write(block);
            }
        })));
        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text()).startsWith("timed out after 600 ms while sending the content");
    }

    @Test
    void reportsARefusedConnection() throws IOException {
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
    void reportsANameThatIsNotFound() {
        Response response = only(upstream(settings("smtp.invalid", 587, Tls.STARTTLS, localhost.pem()), CREDENTIAL)
                .attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.CONNECT);
        assertThat(response.reply().toString()).isEqualTo("451 4.4.3 name not found: smtp.invalid");
    }

    @Test
    void neverCompletesAMessageWhoseContentCannotBeRead() throws InterruptedException {
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
    void neverCompletesAMessageAfterABug() throws InterruptedException {
        SmtpUpstream upstream = upstream();
        assertThatThrownBy(() -> upstream.attempt(message(_ -> {
                    throw new IllegalStateException("bug");
                })))
                .hasMessage("bug");
        assertThat(server.brokenOffInContent.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(server.contents).isEmpty();
    }
}
