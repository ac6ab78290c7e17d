package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// DSN parameters are sent only to a server that offers DSN.
class DsnArgumentsTest extends SubmissionTest {

    private static final EmailAddress ANNA = new EmailAddress("anna", "x.example");
    private static final EmailAddress BERT = new EmailAddress("bert", "x.example");

    @Test
    void passesOnOnlyTheGivenParameters() {
        server.offers("DSN", "8BITMIME", "STARTTLS", "AUTH LOGIN");
        DsnRequest report = new DsnRequest(
                "a+b=c",
                ReturnedContent.HEADERS,
                Map.of(ANNA, new ForRecipient(Set.of(), new OriginalRecipient("rfc822", "old+anna@x.example"))));

        Map<Recipient, Response> responses = upstream().attempt(message(report));

        assertThat(server.commands("MAIL"))
                .containsExactly("MAIL FROM:<relay@contoso.example> BODY=8BITMIME RET=HDRS ENVID=a+2Bb+3Dc");
        assertThat(server.commands("RCPT"))
                .containsExactly(
                        "RCPT TO:<anna@x.example> NOTIFY=NEVER ORCPT=rfc822;old+2Banna@x.example",
                        "RCPT TO:<bert@x.example>");
        assertThat(responses.values()).noneMatch(Response::reportsSuccess);
    }

    @Test
    void recordsForWhichRecipientsTheServerReportsSuccess() {
        server.offers("DSN", "STARTTLS", "AUTH LOGIN");
        ForRecipient success = new ForRecipient(Set.of(NotifyCondition.SUCCESS), null);

        Map<Recipient, Response> responses =
                upstream().attempt(message(new DsnRequest("", ReturnedContent.NOT_GIVEN, Map.of(BERT, success))));

        assertThat(responses.values()).extracting(Response::reportsSuccess).containsExactly(false, true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "500 what",
                "501 5.5.4 Invalid arguments",
                "504 no RET",
                "555 5.5.4 Unsupported",
                "550 5.5.2 Syntax error"
            })
    void repeatsMailWithoutRefusedParameters(String refusal) {
        server.offers("DSN", "STARTTLS", "AUTH LOGIN").at("MAIL", refusal);

        Map<Recipient, Response> responses =
                upstream().attempt(message(new DsnRequest("1", ReturnedContent.FULL, Map.of())));

        assertThat(server.commands("MAIL"))
                .containsExactly(
                        "MAIL FROM:<relay@contoso.example> RET=FULL ENVID=1", "MAIL FROM:<relay@contoso.example>");
        assertThat(responses.values())
                .extracting(response -> response.reply().code())
                .containsExactly(250, 250);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void doesNotRepeatMailIfTheMailboxIsRefused() {
        server.offers("DSN", "STARTTLS", "AUTH LOGIN").at("MAIL", "550 5.7.1 Not you");

        upstream().attempt(message(new DsnRequest("1", ReturnedContent.FULL, Map.of())));

        assertThat(server.commands("MAIL")).hasSize(1);
    }

    @Test
    void repeatsRcptWithoutRefusedParameters() {
        server.offers("DSN", "STARTTLS", "AUTH LOGIN")
                .at("RCPT", "501 5.5.4 Invalid arguments")
                .at("RCPT", "250 2.1.5 Recipient OK")
                .at("RCPT", "555 what");
        ForRecipient wishes =
                new ForRecipient(Set.of(NotifyCondition.SUCCESS), new OriginalRecipient("rfc822", "old@x.example"));

        Map<Recipient, Response> responses = upstream()
                .attempt(message(
                        new DsnRequest("", ReturnedContent.NOT_GIVEN, Map.of(ANNA, wishes, BERT, ForRecipient.NONE))));

        assertThat(server.commands("RCPT"))
                .containsExactly(
                        "RCPT TO:<anna@x.example> NOTIFY=SUCCESS ORCPT=rfc822;old@x.example",
                        "RCPT TO:<anna@x.example>",
                        "RCPT TO:<bert@x.example>");
        assertThat(responses.values())
                .extracting(response -> response.reply().code())
                .containsExactly(250, 555);
        assertThat(responses.values()).noneMatch(Response::reportsSuccess);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        rfc822, a@b@, ''
        rfc822, somebody else, ''
        rfc822, a@b.example, ' ORCPT=rfc822;a@b.example'
        x400, somebody else, ' ORCPT=x400;somebody+20else'
        """)
    void omitsAnOrcptThatIsNotAnAddress(String type, String address, String passedOn) {
        assertThat(DsnArguments.ofRcpt(new ForRecipient(null, new OriginalRecipient(type, address))))
                .isEqualTo(passedOn);
    }

    @Test
    void sendsNoParametersToAServerThatDoesNotOfferDsn() {
        DsnRequest report = new DsnRequest("1", ReturnedContent.FULL, Map.of(ANNA, new ForRecipient(Set.of(), null)));

        Map<Recipient, Response> responses = upstream().attempt(message(report));

        assertThat(server.commands("MAIL")).containsExactly("MAIL FROM:<relay@contoso.example> BODY=8BITMIME");
        assertThat(server.commands("RCPT")).containsExactly("RCPT TO:<anna@x.example>", "RCPT TO:<bert@x.example>");
        assertThat(responses.values()).noneMatch(Response::reportsSuccess);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        NEVER                 | NEVER
        SUCCESS               | SUCCESS
        DELAY,FAILURE,SUCCESS | SUCCESS,FAILURE,DELAY
        """)
    void formatsTheNotifyConditions(String asked, String passedOn) {
        ForRecipient wishes = new ForRecipient(NotifyParameter.parse(asked).orElseThrow(), null);

        assertThat(DsnArguments.ofRcpt(wishes)).isEqualTo(" NOTIFY=" + passedOn);
    }

    private static OutgoingMessage message(DsnRequest report) {
        return new OutgoingMessage(
                new QueueId(1),
                new EmailAddress("relay", "contoso.example"),
                List.of(new Recipient(0, ANNA), new Recipient(1, BERT)),
                false,
                0,
                report,
                out -> out.write(new byte[] {'x', '\r', '\n'}),
                null);
    }
}
