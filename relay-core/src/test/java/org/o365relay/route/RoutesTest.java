package org.o365relay.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.Network;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;

class RoutesTest {

    private static final Target RELAY = target("relay@contoso.example", 35, null);
    private static final Target ALERTS = target("alerts@contoso.example", 10, null);
    private static final Target SCANS =
            new Target("scans", List.of(address("one@contoso.example"), address("two@contoso.example")), 100, 2);
    private static final List<Target> TARGETS = List.of(RELAY, ALERTS, SCANS);

    /// The first matching rule decides.
    private static final Routes ROUTES = new Routes(
            List.of(
                    new RouteRule(
                            new Conditions(network("10.1.0.0/16"), null, null, pattern("@partner.example")),
                            "scans",
                            Priority.NORMAL),
                    new RouteRule(
                            new Conditions(null, pattern("ups*"), null, null),
                            "alerts@contoso.example",
                            Priority.URGENT),
                    new RouteRule(new Conditions(null, pattern("<>"), null, null), null, Priority.URGENT),
                    new RouteRule(new Conditions(null, null, pattern("@erp.example"), null), "scans", Priority.URGENT)),
            TARGETS);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        10.1.2.3 | a@b.example   |              | x@partner.example | scans                  | NORMAL
        10.1.2.3 | a@b.example   |              | x@PARTNER.example | scans                  | NORMAL
        10.2.2.3 | a@b.example   |              | x@partner.example | relay@contoso.example  | NORMAL
        10.1.2.3 | a@b.example   |              | x@other.example   | relay@contoso.example  | NORMAL
        10.2.2.3 | ups3          |              | x@other.example   | alerts@contoso.example | URGENT
        10.2.2.3 | ups@b.example | a@erp.example| x@other.example   | alerts@contoso.example | URGENT
        10.2.2.3 | a@b.example   | a@erp.example| x@other.example   | scans                  | URGENT
        10.2.2.3 | a@erp.example |              | x@other.example   | relay@contoso.example  | NORMAL
        10.2.2.3 |               |              | x@other.example   | relay@contoso.example  | URGENT
        10.2.2.3 |               | a@erp.example| x@other.example   | relay@contoso.example  | URGENT
        """)
    void theFirstMatchingRuleDecides(
            String client,
            @Nullable String sender,
            @Nullable String author,
            String recipient,
            String route,
            Priority priority) {
        RoutingInput origin = new RoutingInput(
                InetAddress.ofLiteral(client),
                sender == null ? null : address(sender),
                author == null ? null : address(author));
        Envelope envelope = new Envelope(origin.sender(), List.of(address(recipient)), false);

        assertThat(ROUTES.split(origin, envelope)).containsExactly(new RoutedEnvelope(route, priority, envelope));
    }

    @Test
    void theNullSenderIsNotAnAuthor() {
        Routes routes = new Routes(
                List.of(new RouteRule(new Conditions(null, null, pattern("*"), null), "scans", Priority.NORMAL)),
                TARGETS);
        Envelope envelope = new Envelope(null, List.of(address("x@other.example")), false);
        assertThat(routes.split(new RoutingInput(InetAddress.ofLiteral("10.1.2.3"), null, null), envelope))
                .extracting(RoutedEnvelope::route)
                .containsExactly("relay@contoso.example");
    }

    @Test
    void splitsByTargetAndRecipientLimitInOrder() {
        String recipients = "1@partner.example 2@b.example 3@partner.example 4@partner.example 5@b.example";

        assertThat(parts(ROUTES, recipients))
                .containsExactly(
                        "scans: 1@partner.example 3@partner.example",
                        "scans: 4@partner.example",
                        "relay@contoso.example: 2@b.example 5@b.example");
    }

    @Test
    void everyRecipientIsInExactlyOnePart() {
        for (int count = 1; count <= 40; count++) {
            String recipients = IntStream.range(0, count)
                    .mapToObj(i -> i + (i % 3 == 0 ? "@partner.example" : "@b.example"))
                    .collect(Collectors.joining(" "));
            List<EmailAddress> all = routed(ROUTES, recipients).stream()
                    .flatMap(part -> part.envelope().recipients().stream())
                    .toList();
            assertThat(all).containsExactlyInAnyOrderElementsOf(addresses(recipients));
        }
    }

    @Test
    void splitsByTheLimitOfTheFirstTargetIfThereAreNoRules() {
        Routes routes = new Routes(List.of(), List.of(SCANS));
        assertThat(parts(routes, "1@b.example 2@b.example")).containsExactly("scans: 1@b.example 2@b.example");
        assertThat(parts(routes, "1@b.example 2@b.example 3@b.example"))
                .containsExactly("scans: 1@b.example 2@b.example", "scans: 3@b.example");
    }

    @Test
    void aPartHasTheDsnRequestsOfItsRecipientsAndTheRestOfTheEnvelope() {
        EmailAddress one = address("1@partner.example");
        EmailAddress two = address("2@b.example");
        ForRecipient never = new ForRecipient(Set.of(), null);
        ForRecipient success =
                new ForRecipient(Set.of(NotifyCondition.SUCCESS), new OriginalRecipient("rfc822", "two@b.example"));
        DsnRequest report = new DsnRequest("x1", ReturnedContent.HEADERS, Map.of(one, never, two, success));
        Envelope whole = new Envelope(address("a@b.example"), List.of(one, two), true, BodyType.BINARY, report);

        List<RoutedEnvelope> parts = ROUTES.split(origin(), whole);

        assertThat(parts)
                .extracting(RoutedEnvelope::envelope)
                .containsExactly(
                        new Envelope(
                                whole.sender(),
                                List.of(one),
                                true,
                                BodyType.BINARY,
                                new DsnRequest("x1", ReturnedContent.HEADERS, Map.of(one, never))),
                        new Envelope(
                                whole.sender(),
                                List.of(two),
                                true,
                                BodyType.BINARY,
                                new DsnRequest("x1", ReturnedContent.HEADERS, Map.of(two, success))));
    }

    @Test
    void findsTheFirstTargetWhoseSizeLimitIsExceeded() {
        List<RoutedEnvelope> parts =
                List.of(part("scans"), part("relay@contoso.example"), part("alerts@contoso.example"));
        assertThat(ROUTES.maxMessageSize()).isEqualTo(100);
        assertThat(ROUTES.firstOverSizeLimit(parts, 10)).isEmpty();
        assertThat(ROUTES.firstOverSizeLimit(parts, 11)).contains(ALERTS);
        assertThat(ROUTES.firstOverSizeLimit(parts, 36)).contains(RELAY);
        assertThat(ROUTES.firstOverSizeLimit(parts, 101)).contains(SCANS);
    }

    @Test
    void needsTheAuthorOnlyIfARuleHasAnAuthorCondition() {
        assertThat(ROUTES.needsAuthor()).isTrue();
        assertThat(new Routes(ROUTES.rules().subList(0, 3), TARGETS).needsAuthor())
                .isFalse();
    }

    @Test
    void findsTargetsByName() {
        assertThat(ROUTES.target("scans")).contains(SCANS);
        assertThat(ROUTES.target("gone")).isEmpty();
        assertThatThrownBy(() -> new Routes(List.of(), List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Target("empty", List.of(), 1, null)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<String> parts(Routes routes, String recipients) {
        return routed(routes, recipients).stream()
                .map(part -> part.route() + ": "
                        + part.envelope().recipients().stream()
                                .map(EmailAddress::toString)
                                .collect(Collectors.joining(" ")))
                .toList();
    }

    private static List<RoutedEnvelope> routed(Routes routes, String recipients) {
        return routes.split(origin(), new Envelope(address("a@b.example"), addresses(recipients), false));
    }

    private static RoutingInput origin() {
        return new RoutingInput(InetAddress.ofLiteral("10.1.2.3"), address("a@b.example"), null);
    }

    private static RoutedEnvelope part(String route) {
        Envelope envelope = new Envelope(null, List.of(address("x@b.example")), false);
        return new RoutedEnvelope(route, Priority.NORMAL, envelope);
    }

    private static List<EmailAddress> addresses(String text) {
        return Arrays.stream(text.split(" ", -1)).map(RoutesTest::address).toList();
    }

    private static Target target(String mailbox, long messageSize, @Nullable Integer recipients) {
        return new Target(mailbox, List.of(address(mailbox)), messageSize, recipients);
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }

    private static AddressPattern pattern(String text) {
        return AddressPattern.parse(text).orElseThrow();
    }

    private static Network network(String text) {
        return Network.parse(text).orElseThrow();
    }
}
