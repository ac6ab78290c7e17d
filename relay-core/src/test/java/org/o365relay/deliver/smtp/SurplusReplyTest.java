package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Answer;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;

/// A surplus reply that arrives while the reply to the content is awaited is never taken for that reply.
class SurplusReplyTest extends SubmissionTest {

    private static final String SURPLUS = "250 2.0.0 surplus\r\n";
    private static final Answer REAL = new Answer.SayLater("554 5.7.1 the real answer", 120);

    @ParameterizedTest
    @CsvSource({
        "PASSWORD, 1", "PASSWORD, 5", "PASSWORD, 50",
        "MAIL, 1", "MAIL, 5", "MAIL, 50",
        "RCPT, 1", "RCPT, 5", "RCPT, 50",
        "DATA, 1", "DATA, 5", "DATA, 50"
    })
    void isNoDeliveryWithPipelining(String at, long millis) {
        server.offers("PIPELINING", "STARTTLS", "AUTH LOGIN")
                .at(at, new Answer.UsualAndLater(SURPLUS, millis))
                .at("END", REAL);
        assertNotDelivered(message(TEXT, "a@x.example"));
    }

    @ParameterizedTest
    @CsvSource({
        "PASSWORD, 1", "PASSWORD, 5", "PASSWORD, 50",
        "MAIL, 1", "MAIL, 5", "MAIL, 50",
        "RCPT, 1", "RCPT, 5", "RCPT, 50"
    })
    void isNoDeliveryWithBdat(String at, long millis) {
        offersBdat().at(at, new Answer.UsualAndLater(SURPLUS, millis)).at("END", REAL);
        assertNotDelivered(OutOfStepTest.binary(1000));
    }

    @Test
    void isNoDeliveryAfterAChunk() {
        offersBdat().at("CHUNK", new Answer.UsualAndLater(SURPLUS, 5)).at("END", REAL);
        assertNotDelivered(OutOfStepTest.binary(300_000));
    }

    @Test
    void isNoDeliveryWithoutPipeliningIfItComesSoonerThanARoundTrip() {
        server.distant(20).at("DATA", new Answer.UsualAndLater(SURPLUS, 5)).at("END", REAL);
        assertNotDelivered(message(TEXT, "a@x.example"));
    }

    @Test
    void sendsResetWithTheFinalDotIfPipeliningIsOffered() {
        server.offers("PIPELINING", "STARTTLS", "AUTH LOGIN")
                .at("END", "250 2.0.0 one")
                .at("END", "554 5.7.1 two");
        SmtpUpstream upstream = upstream();
        for (int code : new int[] {250, 554, 250}) {
            assertThat(only(upstream.attempt(message(TEXT, "a@x.example")))
                            .reply()
                            .code())
                    .isEqualTo(code);
        }
        assertThat(server.connections).hasValue(1);
        assertThat(server.commands("RSET")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"554 5.7.1 no", "451 4.3.0 later", "251 ok", "503 5.5.1 no", "250-ok\r\nno", "250 ok\r\n2"})
    void doubtsADeliveryIfTheReplyToResetIsNotExactlyItsOwn(String octets) {
        for (OutgoingMessage message : bothWays()) {
            server.at("RSET", new Answer.Raw(octets + (octets.endsWith("2") ? "" : "\r\n")));
            Response response = only(impatient().attempt(message));
            assertThat(response.origin()).isEqualTo(Origin.NETWORK);
            assertThat(response.mayHaveArrived()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"421 4.3.2 bye", "250 ok\r\n421 4.3.2 bye", ""})
    void standsByADeliveryIfTheServerIsClosing(String octets) {
        for (OutgoingMessage message : bothWays()) {
            server.at("RSET", octets.isEmpty() ? new Answer.Drop() : new Answer.RawAndClose(octets + "\r\n"));
            assertDelivered(message);
        }
    }

    @Test
    void standsByADeliveryIfTheConnectionFailsAfterIt() {
        for (OutgoingMessage message : bothWays()) {
            for (Answer answer : new Answer[] {
                new Answer.SayAndReset("250 2.0.0 stored"),
                new Answer.SayAndBreakTls("250 2.0.0 stored"),
                new Answer.SayAndClose("250 2.0.0 stored")
            }) {
                server.at("END", answer);
                assertDelivered(message);
            }
        }
        server.offers("STARTTLS", "AUTH LOGIN").at("END", new Answer.SayAndBreakTls("250 2.0.0 stored"));
        assertDelivered(message(TEXT, "a@x.example"));
    }

    private OutgoingMessage[] bothWays() {
        server.offers("PIPELINING", "CHUNKING", "BINARYMIME", "STARTTLS", "AUTH LOGIN");
        return new OutgoingMessage[] {message(TEXT, "a@x.example"), OutOfStepTest.binary(1000)};
    }

    private FakeSubmissionServer offersBdat() {
        return server.offers("CHUNKING", "BINARYMIME", "STARTTLS", "AUTH LOGIN");
    }

    private void assertDelivered(OutgoingMessage message) {
        Response response = only(upstream().attempt(message));
        assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.SUBMISSION);
        assertThat(response.reply().code()).isEqualTo(250);
    }

    private void assertNotDelivered(OutgoingMessage message) {
        Response response = only(upstream().attempt(message));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text()).contains("unexpected reply");
    }
}
