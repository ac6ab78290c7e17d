package org.o365relay.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.Network;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.route.RewriteAction.AddRecipient;
import org.o365relay.route.RewriteAction.FromName;
import org.o365relay.route.RewriteAction.Keep;
import org.o365relay.route.RewriteAction.RedirectRecipient;
import org.o365relay.route.RewriteAction.ReplyTo;
import org.o365relay.route.RewriteAction.SubjectPrefix;
import org.o365relay.route.RewriteRules.Decision;

class RewriteRulesTest {

    private static final EmailAddress ANN = address("ann@customer.example");
    private static final EmailAddress BOB = address("bob@customer.example");
    private static final EmailAddress OWN = address("eve@contoso.example");
    private static final EmailAddress TEST = address("test@contoso.example");
    private static final EmailAddress ARCHIVE = address("archive@contoso.example");
    private static final RoutingInput INPUT =
            new RoutingInput(InetAddress.ofLiteral("10.1.2.3"), address("erp@contoso.example"), null);

    @Test
    void theFirstMatchingRuleThatSetsAKeyDecidesIt() {
        RewriteRules rules = rules(
                rule(client("10.9.0.0/16"), new SubjectPrefix("[other]")),
                rule(client("10.1.0.0/16"), new SubjectPrefix("[first]")),
                rule(client("10.1.2.3"), new SubjectPrefix("[second]"), new FromName("ERP")),
                rule(Conditions.NONE, new FromName("everyone"), new ReplyTo(OWN)));

        assertThat(rules.decisions(INPUT, List.of(ANN)))
                .extracting(Decision::position, decision -> decision.action().value())
                .containsExactly(tuple(3, "ERP"), tuple(4, "eve@contoso.example"), tuple(2, "[first]"));
        assertThat(rules.apply(INPUT, envelope(ANN)))
                .containsExactly(envelope(new HeaderChanges("ERP", OWN, "[first]", List.of(), 0, null), ANN));
    }

    @Test
    void noneKeepsLaterRulesFromSettingAKey() {
        RewriteRules rules = rules(
                rule(
                        recipient("@contoso.example"),
                        new Keep(RewriteKey.REDIRECT_RECIPIENT),
                        new Keep(RewriteKey.FROM_NAME)),
                rule(Conditions.NONE, new RedirectRecipient(TEST), new FromName("ERP")));

        assertThat(rules.apply(INPUT, envelope(OWN))).containsExactly(envelope(OWN));
    }

    @Test
    void aRuleForARecipientAppliesIfAnyRecipientMatches() {
        RewriteRules rules = rules(rule(recipient("bob@*"), new SubjectPrefix("[x]")));

        assertThat(rules.apply(INPUT, envelope(ANN, BOB)).getFirst().changes().subjectPrefix())
                .isEqualTo("[x]");
        assertThat(rules.apply(INPUT, envelope(ANN, OWN))).containsExactly(envelope(ANN, OWN));
    }

    @Test
    void aRuleForAnAuthorAppliesToThisAuthorOnly() {
        RewriteRules rules = rules(rule(
                new Conditions(null, null, AddressPattern.parse("@erp.example").orElseThrow(), null),
                new SubjectPrefix("[x]")));
        RoutingInput authored = new RoutingInput(INPUT.client(), INPUT.sender(), address("job@erp.example"));

        assertThat(rules.needsAuthor()).isTrue();
        assertThat(rules.apply(INPUT, envelope(ANN)).getFirst().changes()).isEqualTo(HeaderChanges.NONE);
        assertThat(rules.apply(authored, envelope(ANN)).getFirst().changes().subjectPrefix())
                .isEqualTo("[x]");
    }

    @Test
    void redirectsAllRecipientsToOneAddressAndNamesThem() {
        RewriteRules rules = rules(rule(Conditions.NONE, new RedirectRecipient(TEST)));

        assertThat(rules.apply(INPUT, envelope(ANN, BOB)))
                .containsExactly(envelope(HeaderChanges.NONE.withRedirected(List.of(ANN, BOB)), TEST));
    }

    /// The others must not see who else received the message.
    @Test
    void redirectsMatchingRecipientsInAnEnvelopeOfTheirOwn() {
        RewriteRules rules =
                rules(rule(recipient("@customer.example"), new RedirectRecipient(TEST), new SubjectPrefix("[x]")));
        HeaderChanges prefixed = HeaderChanges.NONE.withSubjectPrefix("[x]");

        assertThat(rules.apply(INPUT, envelope(ANN, OWN, BOB)))
                .containsExactly(envelope(prefixed, OWN), envelope(prefixed.withRedirected(List.of(ANN, BOB)), TEST));
    }

    @Test
    void redirectsToSeveralAddresses() {
        RewriteRules rules = rules(
                rule(recipient("ann@*"), new RedirectRecipient(OWN)),
                rule(Conditions.NONE, new RedirectRecipient(TEST)));

        assertThat(rules.apply(INPUT, envelope(ANN, BOB)))
                .containsExactly(
                        envelope(HeaderChanges.NONE.withRedirected(List.of(ANN)), OWN),
                        envelope(HeaderChanges.NONE.withRedirected(List.of(BOB)), TEST));
    }

    @Test
    void sendsOneCopyToARecipientThatOthersAreRedirectedTo() {
        RewriteRules rules = rules(rule(recipient("@customer.example"), new RedirectRecipient(TEST)));
        RewriteRules all = rules(rule(Conditions.NONE, new RedirectRecipient(TEST)));

        assertThat(rules.apply(INPUT, envelope(TEST, ANN)))
                .containsExactly(envelope(HeaderChanges.NONE.withRedirected(List.of(ANN)), TEST));
        assertThat(all.apply(INPUT, envelope(TEST))).containsExactly(envelope(TEST));
    }

    @Test
    void storesOnlySomeOfManyRedirectedRecipients() {
        RewriteRules rules = rules(rule(Conditions.NONE, new RedirectRecipient(TEST)));
        EmailAddress[] many = IntStream.range(0, 120)
                .mapToObj(i -> address("r" + i + "@customer.example"))
                .toArray(EmailAddress[]::new);

        HeaderChanges changes = rules.apply(INPUT, envelope(many)).getFirst().changes();

        assertThat(changes.redirected()).hasSize(HeaderChanges.MAX_REDIRECTED).startsWith(many[0]);
        assertThat(changes.moreRedirected()).isEqualTo(120 - HeaderChanges.MAX_REDIRECTED);
    }

    @Test
    void addsARecipientOnceAndWithoutNoticesToTheAuthor() {
        RewriteRules rules = rules(rule(Conditions.NONE, new AddRecipient(ARCHIVE)));

        Envelope added = rules.apply(INPUT, envelope(ANN)).getFirst();

        assertThat(added.recipients()).containsExactly(ANN, ARCHIVE);
        assertThat(added.wantsNotice(ARCHIVE, NotifyCondition.FAILURE)).isFalse();
        assertThat(added.wantsNotice(ANN, NotifyCondition.FAILURE)).isTrue();
        assertThat(added.dsnRequest()).isEqualTo(DsnRequest.NONE);
        Envelope present = envelope(address("Archive@CONTOSO.example"), ANN);
        assertThat(rules.apply(INPUT, present)).containsExactly(present);
    }

    @Test
    void theAddedRecipientDoesNotSeeWhoseMailWasRedirected() {
        RewriteRules rules = rules(rule(
                Conditions.NONE, new AddRecipient(ARCHIVE), new RedirectRecipient(TEST), new SubjectPrefix("[x]")));
        HeaderChanges prefixed = HeaderChanges.NONE.withSubjectPrefix("[x]");

        assertThat(rules.apply(INPUT, envelope(ANN, BOB)))
                .containsExactly(
                        envelope(prefixed.withRedirected(List.of(ANN, BOB)), TEST),
                        envelope(prefixed.withAddedRecipient(ARCHIVE), ARCHIVE));
    }

    @Test
    void passesOnTheDsnRequestIfItIsTheSameForAllRedirectedRecipients() {
        RewriteRules rules = rules(rule(Conditions.NONE, new RedirectRecipient(TEST)));
        ForRecipient success = new ForRecipient(Set.of(NotifyCondition.SUCCESS), null);
        ForRecipient never = new ForRecipient(Set.of(), null);

        assertThat(rules.apply(INPUT, requesting(Map.of(ANN, success, BOB, success)))
                        .getFirst()
                        .dsnRequest()
                        .of(TEST))
                .isEqualTo(success);
        assertThat(rules.apply(INPUT, requesting(Map.of(ANN, never)))
                        .getFirst()
                        .dsnRequest()
                        .of(TEST))
                .isEqualTo(ForRecipient.NONE);
    }

    private static Envelope requesting(Map<EmailAddress, ForRecipient> requests) {
        return new Envelope(
                INPUT.sender(),
                List.of(ANN, BOB),
                false,
                BodyType.SEVEN_BIT,
                new DsnRequest("", ReturnedContent.NOT_GIVEN, requests));
    }

    private static RewriteRules rules(RewriteRule... rules) {
        return new RewriteRules(List.of(rules));
    }

    private static RewriteRule rule(Conditions conditions, RewriteAction... actions) {
        return new RewriteRule(conditions, List.of(actions));
    }

    private static Conditions client(String network) {
        return new Conditions(Network.parse(network).orElseThrow(), null, null, null);
    }

    private static Conditions recipient(String pattern) {
        return new Conditions(null, null, null, AddressPattern.parse(pattern).orElseThrow());
    }

    private static Envelope envelope(EmailAddress... recipients) {
        return envelope(HeaderChanges.NONE, recipients);
    }

    private static Envelope envelope(HeaderChanges changes, EmailAddress... recipients) {
        return new Envelope(
                INPUT.sender(), Arrays.asList(recipients), false, BodyType.SEVEN_BIT, DsnRequest.NONE, changes);
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
