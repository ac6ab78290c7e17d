package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.accept.TestRelayFront;
import org.o365relay.admit.AddressPattern;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.queue.Destination;
import org.o365relay.queue.OrphanedMessage;
import org.o365relay.route.Conditions;
import org.o365relay.route.RouteRule;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

class ReroutingTest {

    private static final EmailAddress ANNA = address("anna@contoso.example");
    private static final EmailAddress BERT = address("bert@partner.example");
    private static final Target RELAY = target("relay@contoso.example");
    private static final Target SCANS = target("scans");

    private static final RouteRule PARTNER =
            new RouteRule(new Conditions(null, null, null, pattern("@partner.example")), "scans", Priority.URGENT);
    private static final RouteRule ERP =
            new RouteRule(new Conditions(null, null, pattern("@erp.example"), null), "scans", Priority.NORMAL);

    @Test
    void followsTheCurrentRoutingRules() {
        Rerouting rerouting = rerouting(PARTNER);
        assertThat(rerouting.apply(stranded("gone", new Recipient(0, ANNA))))
                .isEqualTo(new Destination("relay@contoso.example", Priority.NORMAL));
        assertThat(rerouting.apply(stranded("", new Recipient(1, BERT))))
                .isEqualTo(new Destination("scans", Priority.URGENT));
    }

    @Test
    void theFirstOpenRecipientDecidesForAll() {
        assertThat(rerouting(PARTNER).apply(stranded("gone", new Recipient(0, ANNA), new Recipient(1, BERT))))
                .isEqualTo(new Destination("relay@contoso.example", Priority.NORMAL));
    }

    @Test
    void staysInItsPoolIfThePoolIsStillConfigured() {
        assertThat(rerouting(PARTNER).apply(stranded("scans", new Recipient(0, ANNA))))
                .isEqualTo(new Destination("scans", Priority.NORMAL));
    }

    @Test
    void theAuthorIsReadFromTheContent() {
        assertThat(rerouting(ERP).apply(stranded("gone", new Recipient(0, ANNA))))
                .isEqualTo(new Destination("scans", Priority.NORMAL));
    }

    @Test
    void contentThatCannotBeReadHasNoAuthor() {
        OrphanedMessage whole = stranded("gone", new Recipient(0, ANNA));
        OrphanedMessage broken = new OrphanedMessage(
                whole.id(),
                whole.route(),
                whole.priority(),
                whole.arrival(),
                whole.envelope(),
                whole.recipients(),
                ReroutingTest::broken);
        assertThat(rerouting(ERP).apply(broken)).isEqualTo(new Destination("relay@contoso.example", Priority.NORMAL));
    }

    private static InputStream broken() {
        InputStream closed = InputStream.nullInputStream();
        try {
            closed.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return closed;
    }

    private static Rerouting rerouting(RouteRule rule) {
        return new Rerouting(new Routes(List.of(rule), List.of(RELAY, SCANS)));
    }

    private static OrphanedMessage stranded(String route, Recipient... open) {
        String content = "Subject: x\r\nFrom: ERP <batch@erp.example>\r\n\r\nx\r\n";
        return new OrphanedMessage(
                new QueueId(7),
                route,
                Priority.NORMAL,
                new Arrival(TestRelayFront.NOW, InetAddress.ofLiteral("10.0.0.7"), "erp", "ESMTP"),
                new Envelope(address("a@b.example"), List.of(ANNA, BERT), false),
                List.of(open),
                () -> new ByteArrayInputStream(content.getBytes(StandardCharsets.US_ASCII)));
    }

    private static Target target(String name) {
        return new Target(name, List.of(address("relay@contoso.example")), 1_000, null);
    }

    private static AddressPattern pattern(String text) {
        return AddressPattern.parse(text).orElseThrow();
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
