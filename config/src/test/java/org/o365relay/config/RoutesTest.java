package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.Network;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.route.Conditions;
import org.o365relay.route.RouteRule;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

class RoutesTest {

    private static final String MAILBOXES = """
        relay.mailbox-defaults { upstream.host = localhost, credential.type = none }
        relay.mailboxes = [
          { address = "a@contoso.example" }
          { address = "B@contoso.example", limits { message-size = 10MiB, recipients-per-message = 200 } }
          { address = "c@contoso.example", limits { message-size = 20MiB, recipients-per-message = 100 } }
        ]
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void routesToTheFirstMailboxByDefault() throws Exception {
        Routes routes = routes("");

        assertThat(routes.rules()).isEmpty();
        assertThat(routes.targets().getFirst())
                .isEqualTo(new Target("a@contoso.example", List.of(address("a@contoso.example")), 1L << 30, null));
    }

    @Test
    void aPoolHasTheSmallestLimitsOfItsMailboxes() throws Exception {
        Routes routes =
                routes("relay.pools.all = [ \"a@contoso.example\", \"b@Contoso.example\", \"c@contoso.example\" ]");

        assertThat(routes.target("all"))
                .hasValue(new Target(
                        "all",
                        List.of(
                                address("a@contoso.example"),
                                address("B@contoso.example"),
                                address("c@contoso.example")),
                        10L << 20,
                        100));
    }

    @Test
    void readsRulesInOrder() throws Exception {
        Routes routes = routes("""
            relay.pools { all = [ "a@contoso.example", "c@contoso.example" ] }
            relay.routing = [
              { client = "10.0.0.0/8", sender = "*@x.test", from = "alarm@*", recipient = "@y.test"
                mailbox = "b@contoso.example" }
              { from = "alarm@*", priority = urgent }
              { pool = all }
            ]
            """);

        assertThat(routes.rules())
                .containsExactly(
                        new RouteRule(
                                new Conditions(
                                        Network.parse("10.0.0.0/8").orElseThrow(),
                                        pattern("*@x.test"),
                                        pattern("alarm@*"),
                                        pattern("@y.test")),
                                "b@contoso.example",
                                Priority.NORMAL),
                        new RouteRule(new Conditions(null, null, pattern("alarm@*"), null), null, Priority.URGENT),
                        new RouteRule(Conditions.NONE, "all", Priority.NORMAL));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        [ { recipient = "@x.test", mailbox = "b@contoso.example" }, { client = "10.0.0.1", pool = p } ] |
        [ { client = "10.0.0.1", pool = p } ]                                                           | 4 relay.mailboxes[1].address: is not used: relay.routing names neither this mailbox nor a pool that contains it
        [ { mailbox = "b@contoso.example" }, { pool = p } ]                                             | 3 relay.mailboxes[0].address: is not used: relay.routing names neither this mailbox nor a pool that contains it; 5 relay.mailboxes[2].address: is not used: relay.routing names neither this mailbox nor a pool that contains it; 7 relay.pools.p: is not used: no rule of relay.routing names it; 8 relay.routing[1]: is never reached: an earlier rule matches everything
        [ { sender = "*", pool = p }, { recipient = "@x", mailbox = "b@contoso.example" } ]             | 3 relay.mailboxes[0].address: is not used: relay.routing names neither this mailbox nor a pool that contains it; 4 relay.mailboxes[1].address: is not used: relay.routing names neither this mailbox nor a pool that contains it; 8 relay.routing[1]: is never reached: an earlier rule matches everything
        [ { from = "*", mailbox = "b@contoso.example" }, { recipient = "@x", pool = p } ]               |
        """)
    void warnsOfUnusedMailboxesPoolsAndRules(String rules, @Nullable String warnings) throws Exception {
        String text = MAILBOXES + "relay.pools.p = [ \"c@contoso.example\" ]\nrelay.routing = " + rules;

        List<String> found = ReadText.warnings(directory, text).stream()
                .map(line -> line.replaceFirst("relay.conf:(\\d+): ", "$1 "))
                .toList();
        assertThat(String.join("; ", found)).isEqualTo(warnings == null ? "" : warnings);
    }

    private Routes routes(String text) throws IOException {
        return ReadText.valid(directory, MAILBOXES + text).settings().routes();
    }

    private static AddressPattern pattern(String text) {
        return AddressPattern.parse(text).orElseThrow();
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
