package org.o365relay.deliver.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

class SmtpUpstreamTest extends SubmissionTest {

    @Test
    void sendsAMessage() {
        Map<Recipient, Response> responses = upstream().attempt(message(TEXT, "a@x.example", "b@x.example"));

        assertThat(responses.keySet()).extracting(Recipient::ordinal).containsExactly(0, 1);
        assertThat(responses.values()).allSatisfy(response -> {
            assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
            assertThat(response.origin()).isEqualTo(Origin.SUBMISSION);
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
    void stuffsDotsHoweverTheContentIsSplit() {
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
    void keepsEveryOctetUnchanged() {
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
                if (i >= 2048) {
                    // if the upstream kept the message in memory, the server would receive nothing yet
                    server.kibibytesOfContent.acquireUninterruptibly();
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

    @Test
    void requestsSmtpUtf8IfAnAddressNeedsIt() {
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
        assertThat(refused.origin()).isEqualTo(Origin.UNSUITABLE);
        assertThat(refused.reply().toString()).startsWith("550 5.6.7 ").contains("SMTPUTF8");
        assertThat(server.commands("RCPT")).containsExactly("RCPT TO:<b@x.example>");
    }

    @Test
    void statesTheSizeWhereTheServerOffersIt() {
        upstream().attempt(sized(1_234));
        assertThat(server.commands("MAIL"))
                .containsExactly("MAIL FROM:<relay@contoso.example> BODY=8BITMIME SIZE=1234");
        server.offers("STARTTLS", "AUTH LOGIN", "8BITMIME");
        upstream().attempt(sized(1_234));
        assertThat(server.commands("MAIL").getLast()).isEqualTo("MAIL FROM:<relay@contoso.example> BODY=8BITMIME");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIZE 1000", "size 01000", "SIZE", "SIZE 0", "SIZE unlimited", "SIZE 99999999999999999999"})
    void failsAMessageThatIsLargerThanTheServerAccepts(String keyword) {
        server.offers("STARTTLS", "AUTH LOGIN", keyword);
        SmtpUpstream upstream = upstream();
        assertThat(only(upstream.attempt(sized(1_000))).reply().code()).isEqualTo(250);
        Response response = only(upstream.attempt(sized(1_001)));
        if (keyword.contains("1000")) {
            assertThat(response.step()).isEqualTo(Step.MAIL);
            assertThat(response.origin()).isEqualTo(Origin.UNSUITABLE);
            assertThat(response.reply())
                    .hasToString("552 5.3.4 localhost:" + server.port()
                            + " accepts messages of at most 1000 octets; this one has 1001");
            assertThat(server.commands("MAIL")).hasSize(1);
        } else {
            assertThat(response.reply().code()).isEqualTo(250);
        }
        assertThat(only(upstream.attempt(sized(10))).reply().code()).isEqualTo(250);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void omitsTheSizeIfTheServerRefusesTheParameter() {
        server.at("MAIL", "555 5.5.4 Unsupported option: SIZE");
        assertThat(only(upstream().attempt(sized(10))).reply().code()).isEqualTo(250);
        assertThat(server.commands("MAIL").getLast()).isEqualTo("MAIL FROM:<relay@contoso.example> BODY=8BITMIME");
    }

    private static OutgoingMessage sized(long size) {
        OutgoingMessage message = message(TEXT, "a@x.example");
        return new OutgoingMessage(
                message.id(),
                message.sender(),
                message.recipients(),
                false,
                size,
                DsnRequest.NONE,
                message.content(),
                null);
    }
}
