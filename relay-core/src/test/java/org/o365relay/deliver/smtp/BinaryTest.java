package org.o365relay.deliver.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
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
import org.o365relay.mail.Reply;
import org.o365relay.mail.UnacceptableContentException;

/// Binary content goes out octet for octet, or as text.
class BinaryTest extends SubmissionTest {

    private static final String[] OFFERING = {"8BITMIME", "CHUNKING", "BINARYMIME", "STARTTLS", "AUTH LOGIN"};
    private static final int CHUNK = 256 * 1024;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7})
    void sendsEveryOctetInChunks(int size) {
        server.offers(OFFERING);
        byte[] content = octets(size);

        Response response = only(upstream().attempt(binary(content)));

        assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
        assertThat(response.reply()).hasToString("250 2.0.0 OK <1@fake.example> [Hostname=FAKE.prod.outlook.com]");
        assertThat(server.contents.getFirst()).isEqualTo(content);
        assertThat(server.commands("MAIL")).containsExactly("MAIL FROM:<relay@contoso.example> BODY=BINARYMIME");
        int full = Math.max(0, size - 1) / CHUNK;
        assertThat(server.commands("BDAT")).hasSize(full + 1);
        assertThat(server.commands("BDAT").getLast()).isEqualTo("BDAT " + (size - full * CHUNK) + " LAST");
        assertThat(server.commands("DATA")).isEmpty();
    }

    @Test
    void sendsChunksOverTlsFromTheStartAndOverPlainText() throws IOException {
        server.offers("CHUNKING", "BINARYMIME", "AUTH LOGIN").speakingTlsFromTheStart();
        byte[] content = octets(1_000);
        upstream(settings("localhost", server.port(), Tls.IMPLICIT, localhost.pem()), CREDENTIAL)
                .attempt(binary(content));
        try (FakeSubmissionServer plain = new FakeSubmissionServer(localhost.context())) {
            plain.offers("CHUNKING", "BINARYMIME");
            upstream(settings("localhost", plain.port(), Tls.NONE, null), new Credential.None())
                    .attempt(binary(content));

            assertThat(plain.contents.getFirst()).isEqualTo(content);
        }
        assertThat(server.contents.getFirst()).isEqualTo(content);
    }

    @Test
    void sendsTheNextMessageOverTheSameConnection() {
        server.offers(OFFERING);
        SmtpUpstream upstream = upstream();

        upstream.attempt(binary(octets(10)));
        upstream.attempt(message(TEXT, "a@x.example"));
        upstream.attempt(binary(octets(20)));

        assertThat(server.connections).hasValue(1);
        assertThat(server.contents).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"CHUNKING", "BINARYMIME", "8BITMIME"})
    void sendsTextToAServerThatDoesNotOfferBothExtensions(String keyword) {
        server.offers(keyword, "STARTTLS", "AUTH LOGIN");

        upstream().attempt(binary(octets(10)));

        assertThat(received()).isEqualTo("as text\r\n");
        assertThat(server.commands("MAIL").getFirst()).doesNotContain("BINARYMIME");
        assertThat(server.commands("BDAT")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"501 5.5.4 Invalid arguments", "555 what", "554 5.6.1 Media not supported", "550 no"})
    void sendsTextAtOnceIfTheServerRefusesBinary(String refusal) {
        server.offers(OFFERING).at("MAIL", refusal);

        Response response = only(upstream().attempt(binary(octets(10))));

        assertThat(response.reply().code()).isEqualTo(250);
        assertThat(received()).isEqualTo("as text\r\n");
        assertThat(server.commands("MAIL"))
                .containsExactly(
                        "MAIL FROM:<relay@contoso.example> BODY=BINARYMIME",
                        "MAIL FROM:<relay@contoso.example> BODY=8BITMIME");
        assertThat(server.commands("BDAT")).isEmpty();
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void sendsNothingMoreAfterARefusedChunkAndKeepsTheConnection() {
        server.offers(OFFERING).at("CHUNK", "552 5.3.4 Message size exceeds fixed maximum message size");
        SmtpUpstream upstream = upstream();

        Response refused = only(upstream.attempt(binary(octets(3 * CHUNK))));
        Response next = only(upstream.attempt(message(TEXT, "a@x.example")));

        assertThat(refused)
                .isEqualTo(new Response(
                        Step.CONTENT,
                        Reply.of(552, "5.3.4", "Message size exceeds fixed maximum message size"),
                        Origin.SUBMISSION));
        assertThat(server.commands("BDAT")).hasSize(1);
        assertThat(server.commands("RSET")).hasSize(1);
        assertThat(next.reply().code()).isEqualTo(250);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void distinguishesALostLastChunkFromAnEarlierOne() {
        server.offers(OFFERING)
                .at("CHUNK", new FakeSubmissionServer.Answer.Drop())
                .at("END", new FakeSubmissionServer.Answer.Drop());

        Response midway = only(upstream().attempt(binary(octets(2 * CHUNK))));
        Response atTheEnd = only(upstream().attempt(binary(octets(1))));

        assertThat(midway.origin()).isEqualTo(Origin.NETWORK);
        assertThat(midway.mayHaveArrived()).isFalse();
        assertThat(atTheEnd.origin()).isEqualTo(Origin.NETWORK);
        assertThat(atTheEnd.mayHaveArrived()).isTrue();
    }

    /// As with content without a final CRLF behind some firewalls: the chunk never gets a reply.
    @ParameterizedTest
    @CsvSource({"CHUNK, Hang", "END, Hang", "END, Drop", "END, 503 5.5.1 Bad sequence", "END, 502 5.5.1 Unknown"})
    void sendsTextForAnHourAfterAFailureOfBdat(String at, String answer) throws InterruptedException {
        ManualClock clock = new ManualClock("2026-11-21T12:00:00Z");
        server.offers(OFFERING)
                .at(
                        at,
                        switch (answer) {
                            case "Hang" -> new FakeSubmissionServer.Answer.Hang();
                            case "Drop" -> new FakeSubmissionServer.Answer.Drop();
                            default -> new FakeSubmissionServer.Answer.Say(answer);
                        });
        SmtpUpstream upstream = impatient(clock);
        OutgoingMessage large = binary(octets(CHUNK + 1));

        assertThat(only(upstream.attempt(large)).origin()).isEqualTo(Origin.NETWORK);
        server.contents.clear();
        assertThat(only(upstream.attempt(large)).reply().code()).isEqualTo(250);
        assertThat(received()).isEqualTo("as text\r\n");
        assertThat(server.commands("MAIL").getLast()).endsWith("BODY=8BITMIME");

        clock.advance(Duration.ofMinutes(59));
        int chunks = server.commands("BDAT").size();
        upstream.attempt(large);
        assertThat(server.commands("BDAT")).hasSize(chunks);
        clock.advance(Duration.ofMinutes(2));
        assertThat(only(upstream.attempt(large)).reply().code()).isEqualTo(250);
        assertThat(server.commands("BDAT")).hasSize(chunks + 2);
    }

    @Test
    void failsAMessageThatCannotBeConvertedToTextAndSendsNoFinalDot() throws InterruptedException {
        Reply why = Reply.of(554, "5.6.3", "cannot be converted");

        Response response = only(upstream().attempt(message(out -> {
            out.write("half of ".getBytes(UTF_8));
            throw new UnacceptableContentException(why);
        })));

        assertThat(response).isEqualTo(new Response(Step.CONTENT, why, Origin.UNSUITABLE));
        server.brokenOffInContent.await();
        assertThat(server.contents).isEmpty();
    }

    private static byte[] octets(int size) {
        byte[] octets = new byte[size];
        new Random(size).nextBytes(octets);
        byte[] tricky = "\r\n.\r\n.\n\r..".getBytes(UTF_8);
        System.arraycopy(tricky, 0, octets, 0, Math.min(size, tricky.length));
        return octets;
    }

    private static OutgoingMessage binary(byte[] content) {
        return new OutgoingMessage(
                new QueueId(1),
                new EmailAddress("relay", "contoso.example"),
                List.of(new Recipient(0, new EmailAddress("a", "x.example"))),
                false,
                0,
                DsnRequest.NONE,
                out -> out.write("as text\r\n".getBytes(UTF_8)),
                out -> out.write(content));
    }
}
