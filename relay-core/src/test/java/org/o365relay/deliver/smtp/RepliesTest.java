package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Answer;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

class RepliesTest extends SubmissionTest {

    @Test
    void deliversToAcceptedRecipientsIfOthersAreRefused() {
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
    void deliversToRecipientsAcceptedBeforeTooManyRecipients() {
        server.at("RCPT", "250 OK").at("RCPT", "250 OK").at("RCPT", "452 4.5.3 Too many recipients");
        Map<Recipient, Response> responses =
                upstream().attempt(message(TEXT, "a@x.example", "b@x.example", "c@x.example", "d@x.example"));
        assertThat(responses.values())
                .extracting(response -> response.reply().code())
                .containsExactly(250, 250, 452, 452);
        assertThat(server.commands("RCPT")).hasSize(3);
    }

    @Test
    void reportsAReplyOfSeveralKilobytesInFull() {
        String text =
                "554 5.2.252 SendAsDenied; a@x.example not allowed to send as b@x.example; " + "Diag:0.1 ".repeat(900)
                        + "[AM9PR04MB8888.eurprd04.prod.outlook.com 2026-01-09T16:12:30.678Z 08DE4F6D4916B5B3]";
        server.at("END", text);
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.SUBMISSION);
        assertThat(response.reply()).isEqualTo(Reply.parse(text).orElseThrow());
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
        DATA     | 554 5.7.1 Not now          | CONTENT
        END      | 552 5.3.4 Too large        | END_OF_CONTENT
        END      | 421 4.3.2 Going down       | END_OF_CONTENT
        """)
    void reportsTheReplyOfEachStep(String at, String reply, Step step) {
        server.at(at, new Answer.SayAndClose(reply));
        assertThat(only(upstream().attempt(message(TEXT, "a@x.example"))))
                .isEqualTo(new Response(step, Reply.parse(reply).orElseThrow(), Origin.SUBMISSION));
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void reportsAServerThatDoesNotSpeakSmtp() {
        server.at("GREETING", "HTTP/1.1 400 Bad Request");
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text())
                .contains("sent an invalid SMTP reply before the greeting: HTTP/1.1 400 Bad Request");
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
    void closesTheConnectionIfTheServerRefusesRset() {
        server.at("MAIL", "550 5.1.8 No").at("RSET", "503 5.5.1 No");
        SmtpUpstream upstream = upstream();
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }
}
