package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Answer;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Packets;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.Recipient;

/// MAIL, RCPT and DATA in one write (RFC 2920), and replies that do not fit.
class PipeliningTest extends SubmissionTest {

    private static final String[] BOTH = {"a@x.example", "b@x.example"};

    @BeforeEach
    void offerPipelining() {
        server.offers("PIPELINING", "STARTTLS", "AUTH LOGIN");
    }

    /// An empty cell is the usual reply; `-` closes the connection instead. The results for the two recipients are
    /// the upstream's replies, except 451 4.4.2 and 4.5.0: a lost connection, and replies that are out of step.
    /// The last column is the number of connections after a second message.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # MAIL                  | RCPT a                   | RCPT b               | DATA          | END       | result a | result b  | connections
                                |                          |                      |               |           | 250 2.0.0 | 250 2.0.0 | 1
        # some refused
                                | 550 5.1.1 no             |                      |               |           | 550 5.1.1 | 250 2.0.0 | 1
                                |                          | 450 4.2.1 later      |               |           | 250 2.0.0 | 450 4.2.1 | 1
                                |                          | 452 4.5.3 too many   |               |           | 250 2.0.0 | 452 4.5.3 | 1
                                | 550 5.1.1 no             |                      |               | 554 5.7.1 no | 550 5.1.1 | 554 5.7.1 | 1
                                | 550 5.1.1 no             |                      | 451 4.3.0 no  |           | 550 5.1.1 | 451 4.3.0 | 1
        # all refused; the content that the server may then expect is empty
                                | 550 5.1.1 no             | 450 4.2.1 later      | 503 5.5.1 no  |           | 550 5.1.1 | 450 4.2.1 | 1
                                | 550 5.1.1 no             | 450 4.2.1 later      | 554 5.5.1 no  |           | 550 5.1.1 | 450 4.2.1 | 1
                                | 550 5.1.1 no             | 450 4.2.1 later      |               | 554 5.5.1 no | 550 5.1.1 | 450 4.2.1 | 1
                                | 550 5.1.1 no             | 450 4.2.1 later      |               |           | 550 5.1.1 | 450 4.2.1 | 1
                                | 550 5.1.1 no             | 450 4.2.1 later      |               | -         | 550 5.1.1 | 450 4.2.1 | 2
                                | 550 5.1.1 no             | 450 4.2.1 later      | -             |           | 451 4.4.2 | 451 4.4.2 | 2
                                | 550 5.1.1 no             | 450 4.2.1 later      | 421 4.3.2 bye |           | 451 4.4.2 | 451 4.4.2 | 2
        # MAIL refused
        550 5.1.8 no            | 503 5.5.1 no             | 503 5.5.1 no         | 503 5.5.1 no  |           | 550 5.1.8 | 550 5.1.8 | 1
        550 5.1.8 no            | 503 5.5.1 no             | 503 5.5.1 no         |               | 554 no    | 550 5.1.8 | 550 5.1.8 | 1
        550 5.1.8 no            | -                        |                      |               |           | 550 5.1.8 | 550 5.1.8 | 2
        550 5.1.8 no            | 421 4.3.2 bye            |                      |               |           | 550 5.1.8 | 550 5.1.8 | 2
        550 5.1.8 no            |                          | 503 5.5.1 no         | 503 5.5.1 no  |           | 451 4.5.0 | 451 4.5.0 | 2
        550 5.1.8 no            | 503 5.5.1 no             | 503 5.5.1 no         | 250 ok        |           | 451 4.5.0 | 451 4.5.0 | 2
        550 5.1.8 no            | 503 5.5.1 no             | 2                    | 503 5.5.1 no  |           | 451 4.5.0 | 451 4.5.0 | 2
        503 5.5.1 no            | 503 5.5.1 no             | 503 5.5.1 no         | 503 5.5.1 no  |           | 451 4.5.0 | 451 4.5.0 | 2
        # DATA refused
                                |                          |                      | 451 4.3.0 no  |           | 451 4.3.0 | 451 4.3.0 | 1
                                |                          |                      | 503 5.5.1 no  |           | 451 4.5.0 | 451 4.5.0 | 2
        # closed, or about to be
        421 4.3.2 bye           |                          |                      |               |           | 421 4.3.2 | 421 4.3.2 | 2
                                | 421 4.3.2 bye            |                      |               |           | 421 4.3.2 | 421 4.3.2 | 2
                                | 550 5.1.1 no             | 421 4.3.2 bye        |               |           | 421 4.3.2 | 421 4.3.2 | 2
                                |                          |                      | 421 4.3.2 bye |           | 421 4.3.2 | 421 4.3.2 | 2
        -                       |                          |                      |               |           | 451 4.4.2 | 451 4.4.2 | 2
                                | -                        |                      |               |           | 451 4.4.2 | 451 4.4.2 | 2
                                | 550 5.1.1 no             | -                    |               |           | 451 4.4.2 | 451 4.4.2 | 2
                                |                          |                      | -             |           | 451 4.4.2 | 451 4.4.2 | 2
        # one reply too many
        250 ok⏎250 surplus      |                          |                      |               |           | 451 4.5.0 | 451 4.5.0 | 2
        250 ok⏎550 surplus      |                          |                      |               |           | 451 4.5.0 | 451 4.5.0 | 2
        250 ok⏎550 surplus      |                          | 550 5.1.1 no         |               |           | 451 4.5.0 | 451 4.5.0 | 2
        250 ok⏎550 surplus      | 450 4.2.1 later          | 550 5.1.1 no         | 503 5.5.1 no  |           | 451 4.5.0 | 451 4.5.0 | 2
        550 surplus⏎250 ok      |                          |                      |               |           | 451 4.5.0 | 451 4.5.0 | 2
        250 ok⏎354 surplus      |                          |                      |               |           | 451 4.5.0 | 451 4.5.0 | 2
                                | 250 ok⏎250 surplus       |                      |               |           | 451 4.5.0 | 451 4.5.0 | 2
                                | 550 no⏎550 surplus       |                      |               |           | 451 4.5.0 | 451 4.5.0 | 2
                                |                          | 250 ok⏎550 surplus   |               |           | 451 4.5.0 | 451 4.5.0 | 2
                                |                          |                      | 451 no⏎250 surplus |      | 451 4.5.0 | 451 4.5.0 | 2
        250 ok⏎550 surplus      |                          | -                    |               |           | 451 4.4.2 | 451 4.4.2 | 2
        250 ok⏎550 surplus      |                          | 421 4.3.2 bye        |               |           | 421 4.3.2 | 421 4.3.2 | 2
        250 ok⏎550 surplus      | 450 4.2.1 later          | -                    |               |           | 451 4.4.2 | 451 4.4.2 | 2
        250 ok⏎550 surplus      | 450 4.2.1 later          | 421 4.3.2 bye        |               |           | 451 4.4.2 | 451 4.4.2 | 2
        250 ok⏎250 surplus      | 550 5.1.1 no             | -                    |               |           | 451 4.4.2 | 451 4.4.2 | 2
        250 ok⏎250 surplus      | 550 5.1.1 no             | 421 4.3.2 bye        |               |           | 421 4.3.2 | 421 4.3.2 | 2
        250 ok⏎250 surplus      |                          | 550 5.1.1 no         | -             |           | 451 4.4.2 | 451 4.4.2 | 2
        # one reply missing
                                | NONE                     | 550 5.1.1 no         | -             |           | 451 4.4.2 | 451 4.4.2 | 2
                                | NONE                     | 550 5.1.1 no         | 421 4.3.2 bye |           | 421 4.3.2 | 421 4.3.2 | 2
                                | NONE                     |                      |               |           | 451 4.5.0 | 451 4.5.0 | 2
                                | NONE                     | 550 5.1.1 no         |               |           | 451 4.5.0 | 451 4.5.0 | 2
        # invalid
                                | hello                    |                      |               |           | 451 4.5.0 | 451 4.5.0 | 2
                                | 550 5.1.1 no             | 250-ok⏎251 ok        |               |           | 451 4.5.0 | 451 4.5.0 | 2
                                |                          | 354 go               |               |           | 451 4.5.0 | 451 4.5.0 | 2
        """)
    void takesRepliesInOrder(
            @Nullable String mail,
            @Nullable String rcptA,
            @Nullable String rcptB,
            @Nullable String data,
            @Nullable String end,
            String resultA,
            String resultB,
            int connections) {
        for (Packets packets : Packets.values()) {
            int before = server.connections.get();
            server.contents.clear();
            server.with(packets);
            answer("MAIL", mail, "250 2.1.0 ok");
            answer("RCPT", rcptA, "250 2.1.5 ok");
            answer("RCPT", rcptB, "250 2.1.5 ok");
            answer("DATA", data, null);
            answer("END", end, "250 2.0.0 ok");
            SmtpUpstream upstream = upstream();

            assertThat(upstream.attempt(message(TEXT, BOTH)).values())
                    .as(packets.toString())
                    .extracting(PipeliningTest::result)
                    .containsExactly(resultA, resultB);
            boolean isDelivered = (resultA + resultB).contains("250");
            boolean isRefused = end != null && end.startsWith("554 5.7");
            assertThat(server.contents.stream().filter(content -> content.length > 0))
                    .hasSize(isDelivered || isRefused ? 1 : 0);

            server.forgetScript();
            assertThat(upstream.attempt(message(TEXT, BOTH)).values())
                    .extracting(PipeliningTest::result)
                    .containsOnly("250 2.0.0");
            assertThat(server.connections.get() - before).isEqualTo(connections);
        }
    }

    private void answer(String step, @Nullable String octets, @Nullable String usual) {
        if (octets == null) {
            if (usual != null) {
                server.at(step, usual);
            }
        } else if (octets.equals("-")) {
            server.at(step, new Answer.Drop());
        } else if (octets.equals("NONE")) {
            server.at(step, new Answer.Raw(""));
        } else {
            server.at(step, new Answer.Raw(octets.replace("⏎", "\r\n") + "\r\n"));
        }
    }

    /// @return code and status
    private static String result(Response response) {
        boolean isAmbiguous = response.origin() == Origin.NETWORK && response.mayHaveArrived();
        return response.reply().code() + " " + response.reply().status() + (isAmbiguous ? " ambiguous" : "");
    }

    @Test
    void sendsMailRcptAndDataInOneWrite() {
        upstream().attempt(message(TEXT, BOTH));
        assertThat(server.pipelined).containsExactly("MAIL", "RCPT", "RCPT", "END");
        assertThat(server.commands.subList(server.commands.size() - 5, server.commands.size()))
                .containsExactly(
                        "MAIL FROM:<relay@contoso.example>",
                        "RCPT TO:<a@x.example>",
                        "RCPT TO:<b@x.example>",
                        "DATA",
                        "RSET");
    }

    @Test
    void sendsOneCommandAfterAnotherIfPipeliningIsNotOffered() {
        server.offers("STARTTLS", "AUTH LOGIN");
        upstream().attempt(message(TEXT, BOTH));
        assertThat(server.pipelined).isEmpty();
    }

    @Test
    void repeatsMailWithoutParametersThatTheServerRefuses() {
        server.offers("PIPELINING", "SIZE 1000", "STARTTLS", "AUTH LOGIN")
                .at("MAIL", "501 5.5.4 unknown parameter")
                .at("RCPT", "503 5.5.1 no")
                .at("DATA", "503 5.5.1 no");
        assertThat(only(upstream().attempt(sized(100))).reply().code()).isEqualTo(250);
        assertThat(server.commands("MAIL"))
                .containsExactly("MAIL FROM:<relay@contoso.example> SIZE=100", "MAIL FROM:<relay@contoso.example>");
        assertThat(server.connections).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({"503 5.5.1 no, 421 4.3.2 bye", "503 5.5.1 no, -", "421 4.3.2 bye,", "-,"})
    void sendsMailWithoutTheRefusedParametersOverTheNextConnection(String rcpt, @Nullable String data) {
        SmtpUpstream upstream = upstream();
        server.offers("PIPELINING", "SIZE 1000", "STARTTLS", "AUTH LOGIN").at("MAIL", "501 5.5.4 unknown parameter");
        answer("RCPT", rcpt, null);
        answer("DATA", data, null);
        assertThat(only(upstream.attempt(sized(100))))
                .satisfies(response -> assertThat(response.origin()).isEqualTo(Origin.NETWORK))
                .satisfies(response -> assertThat(response.reply().toString())
                        .contains("refused the parameters of MAIL and closed the connection: 501 5.5.4"));

        server.forgetScript();
        server.pipelined.clear();
        assertThat(only(upstream.attempt(sized(100))).reply().code()).isEqualTo(250);
        assertThat(server.commands("MAIL"))
                .containsExactly("MAIL FROM:<relay@contoso.example> SIZE=100", "MAIL FROM:<relay@contoso.example>");
        assertThat(server.pipelined).containsExactly("MAIL", "RCPT", "END");
        assertThat(server.connections).hasValue(2);
    }

    @ParameterizedTest
    @CsvSource({"100, true", "101, false"})
    void sendsAtMostAHundredRecipientsInOneWrite(int recipients, boolean pipelined) {
        String[] many = Collections.nCopies(recipients, "a@x.example").toArray(new String[0]);
        Map<Recipient, Response> responses = upstream().attempt(message(TEXT, many));
        assertThat(responses).hasSize(recipients);
        assertThat(responses.values()).extracting(PipeliningTest::result).containsOnly("250 2.0.0");
        assertThat(server.pipelined.contains("MAIL")).isEqualTo(pipelined);
        assertThat(server.pipelined).contains("END");
    }

    @Test
    void repeatsARecipientWithoutParametersBeforeData() {
        server.offers("PIPELINING", "DSN", "STARTTLS", "AUTH LOGIN").at("RCPT", "501 5.5.4 unknown parameter");
        OutgoingMessage plain = message(TEXT, "a@x.example");
        Recipient recipient = plain.recipients().getFirst();
        DsnRequest request = new DsnRequest(
                "",
                ReturnedContent.NOT_GIVEN,
                Map.of(recipient.address(), new ForRecipient(Set.of(NotifyCondition.FAILURE), null)));
        OutgoingMessage message = new OutgoingMessage(
                plain.id(), plain.sender(), plain.recipients(), false, 0, request, plain.content(), null);
        assertThat(only(upstream().attempt(message)).reply().code()).isEqualTo(250);
        assertThat(server.commands("RCPT"))
                .containsExactly("RCPT TO:<a@x.example> NOTIFY=FAILURE", "RCPT TO:<a@x.example>");
    }

    @Test
    void sendsNoDataWithoutRecipients() {
        server.offers("PIPELINING", "STARTTLS", "AUTH LOGIN");
        assertThat(only(upstream().attempt(message(TEXT, "ä@x.example"))).origin())
                .isEqualTo(Origin.UNSUITABLE);
        assertThat(server.commands("DATA")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", "421 4.3.2 bye", "250 ok⏎250 surplus"})
    void sendsOneCommandAfterAnotherForAnHourAfterAFailure(String octets) {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        SmtpUpstream upstream = impatient(now::get);
        answer("RCPT", octets, null);
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().category())
                .isEqualTo(4);
        now.set(now.get().plus(Duration.ofMinutes(59)));
        assertPipelined(upstream, false);
        now.set(now.get().plus(Duration.ofMinutes(1)));
        assertPipelined(upstream, true);
    }

    @Test
    void keepsPipeliningAfterAServerThatIsClosingHasRepliedToMail() {
        SmtpUpstream upstream = upstream();
        server.at("MAIL", "421 4.3.2 bye");
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(421);
        assertPipelined(upstream, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", "421 4.3.2 bye"})
    void refusesARecipientInTheNextAttemptIfTheConnectionWasClosedFirst(String octets) {
        SmtpUpstream upstream = upstream();
        answer("RCPT", "550 5.1.1 no", null);
        answer("DATA", octets, null);
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().category())
                .isEqualTo(4);
        answer("RCPT", "550 5.1.1 no", null);
        assertThat(result(only(upstream.attempt(message(TEXT, "a@x.example"))))).isEqualTo("550 5.1.1");
    }

    @Test
    void sendsOneCommandAfterAnotherAfterTheReplyToTheContentWasLost() {
        SmtpUpstream upstream = upstream();
        server.at("END", new Answer.Drop());
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).mayHaveArrived())
                .isTrue();
        assertPipelined(upstream, false);
    }

    @Test
    void keepsPipeliningAfterAnIdleConnectionWasClosed() throws Exception {
        SmtpUpstream upstream = upstream();
        assertPipelined(upstream, true);
        server.closeConnections();
        assertPipelined(upstream, true);
    }

    private void assertPipelined(SmtpUpstream upstream, boolean pipelined) {
        server.pipelined.clear();
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.pipelined).isEqualTo(pipelined ? List.of("MAIL", "RCPT", "END") : List.of());
    }

    private static OutgoingMessage sized(long size) {
        OutgoingMessage plain = message(TEXT, "a@x.example");
        return new OutgoingMessage(
                plain.id(), plain.sender(), plain.recipients(), false, size, DsnRequest.NONE, plain.content(), null);
    }
}
