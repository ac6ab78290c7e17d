package org.o365relay.admit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

class AdmissionRulesTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("10.0.0.7");
    private static final EmailAddress POSTMASTER = address("admin@contoso.example");

    /// Rules are written `+pattern` (allow) and `-pattern` (deny), in order of precedence.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        ``                                      | a@b.example         | a@b.example
        ``                                      | root                | 553
        ``                                      | postmaster          | admin@contoso.example
        ``                                      | PostMaster          | admin@contoso.example
        -*                                      | Postmaster          | admin@contoso.example
        -*                                      | postmaster@b.example| rule 1
        -@x.test                                | a@b.example         | a@b.example
        -@x.test                                | a@x.test            | rule 1
        +a@x.test -@x.test                      | a@x.test            | a@x.test
        +a@x.test -@x.test                      | b@x.test            | rule 2
        -@x.test +a@x.test                      | a@x.test            | rule 1
        +@contoso.example +*@*.contoso.example -* | a@b.contoso.example | a@b.contoso.example
        +@contoso.example +*@*.contoso.example -* | a@contoso.test      | rule 3
        -*/10.0.0.0/8                           | a@b.example         | rule 1
        -*/10.0.0.8                             | a@b.example         | a@b.example
        +*/10.0.0.7 -*                          | a@b.example         | a@b.example
        """)
    void theFirstMatchingRecipientRuleDecides(String rules, String recipient, String outcome) {
        AdmissionRules admission = new AdmissionRules(null, POSTMASTER, List.of(), rules(rules));

        assertThat(told(admission.recipient(CLIENT, address(recipient)))).startsWith(outcome);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        ``                          | root                | root
        ``                          | <>                  | <>
        -@x.test                    | a@x.test            | rule 1
        +@contoso.example -*        | <>                  | rule 2
        +<> +@contoso.example -*    | <>                  | <>
        -*@*                        | root                | root
        -root*                      | root                | rule 1
        -<>                         | <>                  | rule 1
        """)
    void theFirstMatchingSenderRuleDecides(String rules, String sender, String outcome) {
        AdmissionRules admission = new AdmissionRules(null, POSTMASTER, rules(rules), List.of());

        assertThat(told(admission.sender(CLIENT, nullable(sender)))).startsWith(outcome);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        ``                    | root          | root@contoso.example
        ``                    | postmaster    | postmaster@contoso.example
        ``                    | a@b.example   | a@b.example
        ``                    | a@localhost   | a@localhost
        -root@contoso.example | root          | rule 1
        -root@contoso.example | ROOT          | rule 1
        +@contoso.example -*  | root          | root@contoso.example
        -postmaster*          | postmaster2   | rule 1
        """)
    void completesAddressesBeforeApplyingTheRules(String rules, String address, String outcome) {
        List<AddressRule> written = rules(rules);
        AdmissionRules admission = new AdmissionRules("contoso.example", POSTMASTER, written, written);

        assertThat(told(admission.sender(CLIENT, address(address)))).startsWith(outcome);
        assertThat(told(admission.recipient(CLIENT, address(address)))).startsWith(outcome);
    }

    @Test
    void neverCompletesTheNullSender() {
        AdmissionRules admission = new AdmissionRules("contoso.example", POSTMASTER);

        assertThat(admission.sender(CLIENT, null)).isEqualTo(new Admission.Admitted(null));
    }

    @Test
    void reportsTheRuleThatDeniesAndItsReason() {
        AddressRule rule = rule(false, "*@x.test", null, "no private mail, ask it@contoso.example");
        AdmissionRules admission = new AdmissionRules(null, POSTMASTER, List.of(), List.of(allow("a@x.test"), rule));

        assertThat(admission.recipient(CLIENT, address("bob@x.test")))
                .isEqualTo(new Admission.Denied(
                        "bob@x.test: Access denied by rule 2 of relay.recipient-rules (deny \"*@x.test\"): no private"
                                + " mail, ask it@contoso.example"));
    }

    @Test
    void deniesWith550AndAnUnqualifiedAddressWith553() {
        AdmissionRules admission = new AdmissionRules(null, POSTMASTER, rules("-*"), rules("-*"));

        assertThat(reply(admission.sender(CLIENT, null)))
                .isEqualTo(Reply.of(550, "5.7.1", "<>: Access denied by rule 1 of relay.sender-rules (deny \"*\")"));
        assertThat(reply(admission.recipient(CLIENT, address("root"))))
                .isEqualTo(Reply.of(
                        553,
                        "5.1.3",
                        "Recipient address rejected: need fully-qualified address (relay.default-domain)"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        postmaster                  | postmaster@contoso.example
        PostMaster                  | PostMaster@contoso.example
        "postmaster"                | "postmaster"@contoso.example
        po\u017Ftmaster            | rule 1
        postmaster@contoso.example  | rule 1
        """)
    void acceptsABarePostmasterRegardlessOfTheRules(String address, String outcome) {
        AdmissionRules admission = new AdmissionRules("contoso.example", POSTMASTER, List.of(), rules("-*"));

        assertThat(told(admission.recipient(CLIENT, address(address)))).startsWith(outcome);
        assertThat(admission.recipientRule(CLIENT, address(address)).isPresent())
                .isEqualTo(outcome.startsWith("rule"));
    }

    @Test
    void fitsTheReasonIntoAnAsciiReplyLine() {
        Network client =
                Network.parse("2001:db8:1111:2222:3333:4444:5555:6666/128").orElseThrow();
        AddressRule rule = rule(false, "ü".repeat(300) + "*", client, "Grüße\r\n250 ok " + "x".repeat(500));
        InetAddress from = client.address();
        EmailAddress long64 = address("ü".repeat(30) + "@" + "ü".repeat(120));
        AdmissionRules admission = new AdmissionRules(null, POSTMASTER, List.of(), List.of(rule));
        AdmissionRules all =
                new AdmissionRules(null, POSTMASTER, List.of(), List.of(rule(false, "*", client, rule.reason())));

        assertThat(admission.recipient(from, long64)).isEqualTo(new Admission.Admitted(long64));
        String reason = reply(all.recipient(from, long64)).text();
        assertThat(reason).matches("[ -~]{300,490}").contains("Gr??e??250 ok xxx", "...");
    }

    @Test
    void reportsTheRuleThatAllowsAnAddress() {
        AdmissionRules admission =
                new AdmissionRules("contoso.example", POSTMASTER, rules("+@contoso.example"), rules("-@x.test +*"));

        assertThat(admission.senderRule(CLIENT, address("root")))
                .hasToString("Optional[rule 1 of relay.sender-rules (allow \"@contoso.example\")]");
        assertThat(admission.recipientRule(CLIENT, address("a@b.example")))
                .hasToString("Optional[rule 2 of relay.recipient-rules (allow \"*\")]");
        assertThat(admission.senderRule(CLIENT, address("a@b.example"))).isEmpty();
    }

    private static String told(Admission admission) {
        return switch (admission) {
            case Admission.Admitted(var address) -> address == null ? "<>" : address.toString();
            case Admission.Denied denied when denied.reply().code() == 553 -> "553";
            case Admission.Denied(String reason) -> reason.replaceFirst(".*: Access denied by ", "");
        };
    }

    private static Reply reply(Admission admission) {
        return ((Admission.Denied) admission).reply();
    }

    private static List<AddressRule> rules(String text) {
        List<AddressRule> rules = new ArrayList<>();
        for (String word : text.split(" ", -1)) {
            if (!word.isEmpty()) {
                String[] parts = word.substring(1).split("/", 2);
                Network client =
                        parts.length == 1 ? null : Network.parse(parts[1]).orElseThrow();
                rules.add(rule(word.startsWith("+"), parts[0], client, ""));
            }
        }
        return rules;
    }

    private static AddressRule allow(String pattern) {
        return rule(true, pattern, null, "");
    }

    private static AddressRule rule(boolean allows, String pattern, @Nullable Network client, String reason) {
        return new AddressRule(allows, AddressPattern.parse(pattern).orElseThrow(), client, reason);
    }

    private static @Nullable EmailAddress nullable(String text) {
        return text.equals("<>") ? null : address(text);
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
