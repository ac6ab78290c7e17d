package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.Outgoing;
import org.o365relay.deliver.Response;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Notify;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.ReportRequest;
import org.o365relay.mail.ReportRequest.OfRecipient;
import org.o365relay.mail.ReportRequest.Returned;

/// What the sender wants to hear goes to a server that offers DSN, and to no other.
class WishesTest extends SubmissionTest {

    private static final EmailAddress ANNA = new EmailAddress("anna", "x.example");
    private static final EmailAddress BERT = new EmailAddress("bert", "x.example");

    @Test
    void passesOnWhatWasGivenAndNothingElse() {
        server.offers("DSN", "8BITMIME", "STARTTLS", "AUTH LOGIN");
        ReportRequest report = new ReportRequest(
                "a+b=c",
                Returned.HEADERS,
                Map.of(ANNA, new OfRecipient(Set.of(), new OriginalRecipient("rfc822", "old+anna@x.example"))));

        Map<Recipient, Response> responses = upstream().attempt(message(report));

        assertThat(server.commands("MAIL"))
                .containsExactly("MAIL FROM:<relay@contoso.example> BODY=8BITMIME RET=HDRS ENVID=a+2Bb+3Dc");
        assertThat(server.commands("RCPT"))
                .containsExactly(
                        "RCPT TO:<anna@x.example> NOTIFY=NEVER ORCPT=rfc822;old+2Banna@x.example",
                        "RCPT TO:<bert@x.example>");
        assertThat(responses.values()).allMatch(Response::promisesReport);
    }

    @Test
    void saysNothingToAServerThatDoesNotOfferIt() {
        ReportRequest report = new ReportRequest("1", Returned.FULL, Map.of(ANNA, new OfRecipient(Set.of(), null)));

        Map<Recipient, Response> responses = upstream().attempt(message(report));

        assertThat(server.commands("MAIL")).containsExactly("MAIL FROM:<relay@contoso.example> BODY=8BITMIME");
        assertThat(server.commands("RCPT")).containsExactly("RCPT TO:<anna@x.example>", "RCPT TO:<bert@x.example>");
        assertThat(responses.values()).noneMatch(Response::promisesReport);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NEVER                 | NEVER
            SUCCESS               | SUCCESS
            DELAY,FAILURE,SUCCESS | SUCCESS,FAILURE,DELAY
            """)
    void namesTheOccasions(String asked, String passedOn) {
        OfRecipient wishes = new OfRecipient(Notify.parse(asked).orElseThrow(), null);

        assertThat(DsnWords.ofRcpt(wishes)).isEqualTo(" NOTIFY=" + passedOn);
    }

    private static Outgoing message(ReportRequest report) {
        return new Outgoing(
                new QueueId(1),
                new EmailAddress("relay", "contoso.example"),
                List.of(new Recipient(0, ANNA), new Recipient(1, BERT)),
                false,
                report,
                out -> out.write(new byte[] {'x', '\r', '\n'}),
                null);
    }
}
