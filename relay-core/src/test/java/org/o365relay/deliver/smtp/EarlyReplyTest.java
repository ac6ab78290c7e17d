package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Then;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.identity.Credential;

/// The server refuses the message before it has all of it.
class EarlyReplyTest extends SubmissionTest {

    private static final int SIZE = 4 << 20;

    static Stream<Arguments> refusals() {
        return Stream.of(
                        "552 5.3.4 Message size exceeds fixed maximum message size", "432 4.3.2 Concurrent connections")
                .flatMap(reply -> EnumSet.complementOf(EnumSet.of(Then.STALL)).stream()
                        .flatMap(then -> Stream.of(Tls.NONE, Tls.STARTTLS).map(tls -> Arguments.of(reply, then, tls))));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void reportsTheReplyDuringTheContent(String reply, Then then, Tls tls) {
        server.discardingContent().inContent(1 << 20, reply + "\r\n", then);
        byte[] block = new byte[1 << 16];
        Response response = only(upstream(tls).attempt(message(out -> {
            for (int i = 0; i < SIZE / block.length; i++) {
                out.write(block);
            }
        })));
        assertThat(response.isFromServer()).isTrue();
        assertThat(response.reply()).hasToString(reply);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void reportsTheReplyDuringAChunk(String reply, Then then, Tls tls) {
        server.offers("CHUNKING", "BINARYMIME", "STARTTLS", "AUTH LOGIN").inContent(100_000, reply + "\r\n", then);
        Response response = only(upstream(tls).attempt(OutOfStepTest.binary(SIZE)));
        assertThat(response.isFromServer()).isTrue();
        assertThat(response.reply()).hasToString(reply);
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSE", "RESET", "END_OUTPUT"})
    void reportsThatTheServerIsClosing(Then then) {
        server.discardingContent().inContent(1 << 20, "421 4.3.2 going down\r\n", then);
        Response response = only(upstream(Tls.STARTTLS).attempt(message(out -> out.write(new byte[SIZE]))));
        assertThat(response.isFromServer()).isTrue();
        assertThat(response.reply()).hasToString("421 4.3.2 going down");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "552 5.3.4 Too large; false",
                "552 5.3.4 Too large; true",
                "452 4.3.1 Disk full; false",
                "452 4.3.1 Disk full; true"
            })
    void reportsTheReplyOfAServerThatHasStoppedReading(String reply, boolean isBinary) {
        server.offers("CHUNKING", "BINARYMIME", "STARTTLS", "AUTH LOGIN")
                .discardingContent()
                .inContent(1000, reply + "\r\n", Then.STALL);
        byte[] block = new byte[1 << 16];
        Response response = only(impatient()
                .attempt(
                        isBinary
                                ? OutOfStepTest.binary(SIZE)
                                : message(out -> {
                                    for (int i = 0; i < 1024; i++) {
                                        out.write(block);
                                    }
                                })));
        assertThat(response.isFromServer()).isTrue();
        assertThat(response.reply()).hasToString(reply);
    }

    @ParameterizedTest
    @ValueSource(strings = {"550 5.1.1 User unknown", "550 User unknown", "450 4.1.1 Not now", "501 5.5.4 Syntax"})
    void takesASecondCopyOfARefusedRecipientForOutOfStep(String reply) {
        server.offers("CHUNKING", "BINARYMIME", "STARTTLS", "AUTH LOGIN")
                .discardingContent()
                .inContent(1000, reply + "\r\n", Then.READ_ON);
        for (OutgoingMessage message : List.of(message(out -> out.write(new byte[SIZE])), OutOfStepTest.binary(SIZE))) {
            Response response = only(upstream().attempt(message));
            assertThat(response.origin()).isEqualTo(Origin.NETWORK);
            assertThat(response.reply().text()).contains("unexpected reply").endsWith(reply);
            assertThat(response.mayHaveArrived()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSE", "RESET", "END_OUTPUT"})
    void reportsAnyRefusalBeforeTheServerCloses(Then then) {
        server.discardingContent().inContent(1 << 20, "550 5.1.1 User unknown\r\n", then);
        Response response = only(upstream().attempt(message(out -> out.write(new byte[SIZE]))));
        assertThat(response.isFromServer()).isTrue();
        assertThat(response.reply()).hasToString("550 5.1.1 User unknown");
    }

    @Test
    void takesARefusalThatIsCutOffForALostConnection() {
        server.discardingContent().inContent(1 << 20, "552 5.3.4 Mess", Then.CLOSE);
        Response response = only(upstream(Tls.STARTTLS).attempt(message(out -> out.write(new byte[SIZE]))));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.mayHaveArrived()).isFalse();
    }

    private SmtpUpstream upstream(Tls tls) {
        return tls == Tls.NONE
                ? upstream(settings("localhost", server.port(), tls, null), new Credential.None())
                : upstream();
    }
}
