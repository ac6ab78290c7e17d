package org.o365relay.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

class ReplyCatalogueTest {

    private static final ReplyCatalogue CATALOGUE = ReplyCatalogue.microsoft365();

    static Stream<Arguments> examples() {
        return CATALOGUE.entries().stream()
                .flatMap(entry -> entry.examples().stream().map(example -> Arguments.of(entry.name(), entry, example)));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("examples")
    void everyEntryMatchesItsOwnExamples(String name, KnownReply entry, Reply example) {
        Set<ReplyStep> steps = entry.steps().isEmpty() ? Set.of(ReplyStep.values()) : entry.steps();
        for (ReplySource source : entry.sources()) {
            for (ReplyStep step : steps) {
                assertThat(CATALOGUE.find(source, step, example))
                        .as("from %s at %s", source, step)
                        .map(KnownReply::name)
                        .contains(name);
            }
        }
    }

    @Test
    void distinguishesSourcesAndSteps() {
        String entries = """
                [box]
                from:    submission ndr
                at:      mail content
                status:  5.7.30
                class:   mailbox
                cause:   c
                example: 550 5.7.30 no
                [client]
                status:  5.7.30
                class:   upstream
                cause:   c
                example: 550 5.7.30 no
                """;
        ReplyCatalogue catalogue = new ReplyCatalogue(CatalogueParser.parse(entries));
        Reply reply = Reply.of(550, "5.7.30", "no");
        assertThat(catalogue.find(ReplySource.SUBMISSION, ReplyStep.MAIL, reply))
                .map(KnownReply::name)
                .contains("box");
        assertThat(catalogue.find(ReplySource.SUBMISSION, ReplyStep.RCPT, reply))
                .map(KnownReply::name)
                .contains("client");
        assertThat(catalogue.find(ReplySource.CONNECTOR, ReplyStep.MAIL, reply))
                .map(KnownReply::name)
                .contains("client");
        assertThat(catalogue.find(ReplySource.NDR, ReplyStep.CONTENT, reply))
                .map(KnownReply::name)
                .contains("box");
        assertThat(catalogue.find(ReplySource.NDR, ReplyStep.RCPT, reply)).isEmpty();
        assertThat(catalogue.find(ReplySource.GRAPH, ReplyStep.CONTENT, reply)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            550 5.7.1 [192.0.2.1] is listed by us             | true
            550 192.0.2.1 is listed                           | true
            550 2001:DB8::1 is listed                         | true
            550 5.7.1 client [2001:db8:0:0:1::1] is on a list | true
            550 5.7.1 it is listed since 16:12:30             | false
            550 5.7.1 is listed, 192.0.2.1                    | false
            550 5.1.1 [192.0.2.1] user is listed              | false
            550 5.1.2 [192.0.2.1] is listed                   | false
            550 5.7.1 [192.0.2.1] Recipient is listed         | false
            """)
    void matchesAddressesAndExceptions(String text, boolean matches) {
        ReplyCatalogue catalogue = new ReplyCatalogue(CatalogueParser.parse("""
                [listed]
                code:    550
                phrase:  {ip}…list
                not:     5.1.0-999
                not:     recipient
                class:   upstream
                cause:   c
                example: 550 192.0.2.1 is listed
                """));
        Reply reply = Reply.parse(text).orElseThrow();
        assertThat(catalogue.find(ReplySource.CONNECTOR, ReplyStep.RCPT, reply).isPresent())
                .isEqualTo(matches);
    }

    @Test
    void distinguishesThePenaltyBoxFromASingleDeniedSender() {
        assertThat(find("550 5.2.252 Sender throttled due to continuous SendAsDenied errors.")
                        .kind())
                .isEqualTo(KnownReply.Kind.THROTTLED);
        assertThat(find("554 5.2.252 SendAsDenied; a@x.example not allowed to send as b@x.example")
                        .kind())
                .isEqualTo(KnownReply.Kind.AUTHOR);
    }

    @Test
    void matchesTextNearTheEndOfAReplyOfSeveralKilobytes() {
        String text = "554 5.2.0 STOREDRV.Submission.Exception; " + "x".repeat(6000) + " MapiExceptionSendAsDenied";
        assertThat(find(text).name()).isEqualTo("send-as-denied");
    }

    @Test
    void distinguishesErrorCodesWithTheSamePrefix() {
        Reply longer = Reply.parse(
                        "400 invalid_grant: AADSTS500121: Authentication failed during strong authentication.")
                .orElseThrow();
        assertThat(CATALOGUE.find(ReplySource.SIGN_IN, ReplyStep.CONTENT, longer))
                .map(KnownReply::name)
                .contains("mfa-required");
        assertThat(CATALOGUE.find(
                        ReplySource.SIGN_IN, ReplyStep.CONTENT, Reply.plain(401, "invalid_client: AADSTS50012: no")))
                .map(KnownReply::name)
                .contains("certificate-not-registered");
    }

    @Test
    void matchesOnlyRepliesOfTheSameSource() {
        assertThat(CATALOGUE.find(
                        ReplySource.SUBMISSION, ReplyStep.CONTENT, Reply.plain(503, "ServiceUnavailable: no")))
                .isEmpty();
        assertThat(CATALOGUE.find(ReplySource.GRAPH, ReplyStep.CONTENT, Reply.plain(503, "ServiceUnavailable: no")))
                .map(KnownReply::name)
                .contains("graph-unavailable");
    }

    @Test
    void findsNothingForUnknownReplies() {
        assertThat(CATALOGUE.find(ReplySource.SUBMISSION, ReplyStep.CONTENT, Reply.of(550, "5.0.0", "No")))
                .isEmpty();
        assertThat(CATALOGUE.find(ReplySource.SUBMISSION, ReplyStep.CONTENT, Reply.plain(554, "No")))
                .isEmpty();
    }

    @Test
    void adviceNamesTheMailbox() {
        KnownReply known = find("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the"
                + " Mailbox. Visit https://aka.ms/smtp_auth_disabled");
        assertThat(known.adviceFor(new EmailAddress("relay", "contoso.example")))
                .contains("Set-CASMailbox -Identity relay@contoso.example -SmtpClientAuthenticationDisabled $false")
                .doesNotContain("{");
    }

    @Test
    void everyMailboxFailureHasAdvice() {
        assertThat(CATALOGUE.entries())
                .filteredOn(
                        entry -> entry.kind() == KnownReply.Kind.MAILBOX || entry.kind() == KnownReply.Kind.UPSTREAM)
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.advice()).isNotEmpty());
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            code: 550                                                     | line 1: expected a [name]
            [a];colour: red                                               | line 2: expected a [name], or one of
            [a];code: 550;class: permanent;cause: c                       | [a] needs an example
            [a];from: graf;code: 550;class: permanent;cause: c;example: 550 no | [a] unknown source: graf
            [a];at: dot;code: 550;class: permanent;cause: c;example: 550 no | [a] unknown step: dot
            [a];code: 550;class: upstream;probe: 1x;cause: c;example: 550 no  | [a] invalid duration: 1x
            [a];code: 550;class: odd;cause: c;example: 550 no             | [a] unknown class: odd
            [a];code: 550;class: permanent;example: 550 no                | [a] needs exactly one cause
            [a];class: permanent;cause: c;example: 550 no                 | [a] matches every reply
            [a];code: 55;class: permanent;cause: c;example: 550 no        | [a] not a reply code: 55
            [a];status: 5.7;class: permanent;cause: c;example: 550 no     | [a] not an enhanced status code: 5.7
            [a];code: 550;class: permanent;cause: c;example: no           | [a] invalid reply: no
            [a]; more                                                     | line 2: continuation without a value: more
            """)
    void reportsErrorsInADamagedCatalogue(String lines, String message) {
        assertThatThrownBy(() -> CatalogueParser.parse(lines.replace(';', '\n')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesTwoEntriesWithTheSameName() {
        List<KnownReply> twice =
                List.of(CATALOGUE.entries().getFirst(), CATALOGUE.entries().getFirst());
        assertThatThrownBy(() -> new ReplyCatalogue(twice)).hasMessageContaining("duplicate entry");
    }

    private static KnownReply find(String text) {
        return CATALOGUE
                .find(
                        ReplySource.SUBMISSION,
                        ReplyStep.CONTENT,
                        Reply.parse(text).orElseThrow())
                .orElseThrow();
    }
}
