package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.RewriteSettings;

class RelayAlertMailboxesTest {

    /// a1 and a2 sign in as the same account.
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", useHeadersInDisplayName = true, textBlock = """
        a1      | a2      | b1      | failing | chosen
        OPEN    | OPEN    | OPEN    | -          | a1
        BLOCKED | OPEN    | OPEN    | -          | a2
        BLOCKED | OPEN    | OPEN    | a1         | b1
        OPEN    | OPEN    | FAILOVER | a2         | b1
        BLOCKED | OPEN    | RETRYING | a1         | a2
        OPEN    | PAUSED  | PAUSED  | a1         | a1
        BLOCKED | PAUSED  | RETRYING | a1         | -
        OPEN    | OPEN    | OPEN    | gone       | a1
        """)
    void choosesAnOpenMailboxPreferablyOfAnotherAccount(
            State a1, State a2, State b1, @Nullable String failing, @Nullable String chosen) {
        RelayAlertMailboxes mailboxes =
                new RelayAlertMailboxes(() -> List.of(candidate("a1", a1), candidate("a2", a2), candidate("b1", b1)));

        assertThat(mailboxes
                        .availableMailbox(failing == null ? null : address(failing))
                        .map(EmailAddress::toString))
                .isEqualTo(Optional.ofNullable(chosen).map(name -> name + "@contoso.example"));
        assertThat(mailboxes.defaultMailbox()).isEqualTo(address("a1"));
    }

    @Test
    void listsTheMailboxesThatUseAFallback() {
        RelayAlertMailboxes mailboxes = new RelayAlertMailboxes(() ->
                List.of(candidate("a1", State.OPEN), candidate("a2", State.FAILOVER), candidate("b1", State.BLOCKED)));

        assertThat(mailboxes.fallbackUses())
                .singleElement()
                .satisfies(use -> assertThat(use.mailbox()).isEqualTo(address("a2")));
    }

    private static RelayAlertMailboxes.Candidate candidate(String name, State state) {
        EmailAddress address = address(name);
        MailboxSettings settings = new MailboxSettings(
                address,
                name.substring(0, 1),
                List.of(),
                new AccountLimits(null, 1, 1, null),
                new RewriteSettings(address, "{name}", List.of(), null, false, false, "relay.example"));
        return new RelayAlertMailboxes.Candidate(
                settings, () -> new MailboxStatus(address.toString(), state, null, "upstream", "", "", "", null, 0));
    }

    private static EmailAddress address(String name) {
        return EmailAddress.parse(name + "@contoso.example").orElseThrow();
    }
}
