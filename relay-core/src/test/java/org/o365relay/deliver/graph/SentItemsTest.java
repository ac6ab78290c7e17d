package org.o365relay.deliver.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;

class SentItemsTest {

    private static final String SCAN =
            "From: relay@contoso.example\r\nMessage-ID: <it's+1@x>\r\nTo: ann@contoso.com\r\n\r\nhello\r\n";
    private static final String LOOK_UP = "GET /mailFolders/sentitems/messages";

    @TempDir
    private Path spool;

    private GraphFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new GraphFixture(spool);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 40_000})
    void doesNotSendAMessageThatIsInSentItems(int size) {
        answer(200, sent("Ann@Contoso.com", "bob@contoso.com", "third@contoso.com"));

        Response response = fixture.repeat(SCAN + "x".repeat(70).concat("\r\n").repeat(size / 70));

        assertThat(response.step()).as("the attempt sends nothing").isEqualTo(Step.AUTH);
        assertThat(response.reply().toString())
                .isEqualTo("202 Found in Sent Items: an earlier attempt has sent the message");
        assertThat(fixture.graph.asked()).containsExactly(LOOK_UP);
        assertThat(fixture.graph.queries().getFirst())
                .contains("$filter=internetMessageId eq '<it''s+1@x>'", "$select=toRecipients");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        200 | {"value":[]}
        200 | {"value":[{"bccRecipients":[{"emailAddress":{"address":"ann@contoso.com"}}]}]}
        200 | no JSON
        403 | {"error":{"code":"ErrorAccessDenied","message":"no"}}
        404 | {"error":{"code":"ErrorFolderNotFound","message":"no"}}
        400 | {"error":{"code":"ErrorInvalidUrlQueryFilter","message":"no"}}
        """)
    void sendsAMessageThatIsNotKnownToBeSentToAllItsRecipients(int status, String body) {
        answer(status, body);

        assertThat(fixture.repeat(SCAN).reply().code()).isEqualTo(202);
        assertThat(fixture.graph.asked()).containsExactly(LOOK_UP, "POST /sendMail");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        200 | {"value":[]}        | (not found in Sent Items before this attempt)
        200 | OTHERS              | (found in Sent Items before this attempt, but with other recipients)
        403 | {"error":{}}        | (the relay cannot look for it in Sent Items)
        """)
    void isUnconfirmedWhateverSentItemsShowed(int status, String body, String note) {
        answer(status, body.equals("OTHERS") ? sent("ann.smith@contoso.com") : body);
        fixture.graph.next("POST /sendMail", FakeGraph.refusing(504, "UnknownError", ""));

        Response response = fixture.repeat(SCAN);

        assertThat(response.reply().code()).isEqualTo(504);
        assertThat(response.reply().text()).endsWith(note);
        assertThat(response.mayHaveArrived()).isTrue();
        assertThat(response.unconfirmed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 503, 504})
    void sendsNothingWhileGraphCannotSearch(int status) {
        fixture.graph.next(LOOK_UP, FakeGraph.refusing(status, "UnknownError", "no"));

        Response response = fixture.repeat(SCAN);

        assertThat(response.step()).isEqualTo(Step.MAIL);
        assertThat(response.reply().toString())
                .startsWith(status + " UnknownError: no")
                .endsWith("(Sent Items could not be searched; nothing was sent)");
        assertThat(response.mayHaveArrived()).isFalse();
        assertThat(fixture.graph.asked()).containsExactly(LOOK_UP);
    }

    @Test
    void sendsNothingIfTheConnectionIsLostDuringTheSearch() {
        fixture.graph.next(LOOK_UP, exchange -> true);

        Response response = fixture.repeat(SCAN);

        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.step()).isEqualTo(Step.MAIL);
        assertThat(response.mayHaveArrived()).isFalse();
        assertThat(fixture.graph.asked()).containsOnly(LOOK_UP);
    }

    @Test
    void sendsNothingWhileGraphAsksTheRelayToWait() {
        fixture.graph.next(LOOK_UP, FakeGraph.refusing(429, "ApplicationThrottled", "no", "Retry-After", "9"));

        Response response = fixture.repeat(SCAN);

        assertThat(response.step()).isEqualTo(Step.AUTH);
        assertThat(response.retryAfter()).hasSeconds(9);
        assertThat(fixture.graph.asked()).containsExactly(LOOK_UP);
    }

    @Test
    void sendsAMessageWithoutAMessageIdAtOnce() {
        assertThat(fixture.repeat("From: relay@contoso.example\r\n\r\nhello\r\n")
                        .reply()
                        .code())
                .isEqualTo(202);
        assertThat(fixture.graph.asked()).containsExactly("POST /sendMail");
    }

    @ParameterizedTest
    @CsvSource({"502, true", "504, true", "500, false", "503, false", "400, false", "413, false", "302, false"})
    void isUnconfirmedIfAGatewayGotNoResponse(int status, boolean unconfirmed) {
        fixture.graph.next("POST /sendMail", FakeGraph.answering(status, "<h1>Sorry</h1>"));

        Response response = fixture.send(SCAN);

        assertThat(response.origin()).isEqualTo(Origin.GRAPH);
        assertThat(response.unconfirmed()).isEqualTo(unconfirmed);
        assertThat(response.mayHaveArrived())
                .isEqualTo(List.of(500, 502, 503, 504).contains(status));
    }

    @Test
    void isUnconfirmedIfTheResponseIsLost() {
        fixture.graph.next("POST /sendMail", exchange -> {
            exchange.getRequestBody().readAllBytes();
            return true;
        });

        assertThat(fixture.send(SCAN).unconfirmed()).isTrue();
    }

    private void answer(int status, String body) {
        fixture.graph.next(LOOK_UP, FakeGraph.answering(status, body));
    }

    private static String sent(String... addresses) {
        List<String> recipients = List.of(addresses).stream()
                .map(address -> "{\"emailAddress\":{\"name\":\"x\",\"address\":\"" + address + "\"}}")
                .toList();
        return "{\"value\":[{\"toRecipients\":[" + recipients.getFirst() + "],\"ccRecipients\":[],\"bccRecipients\":["
                + String.join(",", recipients.subList(1, recipients.size())) + "]}]}";
    }
}
