package org.o365relay;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.o365relay.alert.AlertMailboxes;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.mail.EmailAddress;

/// Chooses the mailbox that sends an alert. Prefers mailboxes with a different account from the failing
/// mailbox, because mailboxes with the same account may soon fail as well.
///
/// @param inForce supplies the mailboxes in the order of the settings; at least one
record RelayAlertMailboxes(Supplier<List<Candidate>> inForce) implements AlertMailboxes {

    /// A mailbox that may send alerts.
    ///
    /// @param status supplies the current status of the mailbox
    record Candidate(MailboxSettings mailbox, Supplier<MailboxStatus> status) {

        boolean isOpen() {
            return switch (status.get().state()) {
                case OPEN, FAILOVER -> true;
                case RETRYING, BLOCKED, PAUSED -> false;
            };
        }
    }

    private List<Candidate> candidates() {
        return inForce.get();
    }

    @Override
    public Optional<EmailAddress> availableMailbox(@Nullable EmailAddress failing) {
        List<Candidate> open = candidates().stream().filter(Candidate::isOpen).toList();
        return open.stream()
                .filter(candidate ->
                        !account(failing).equals(Optional.of(candidate.mailbox().account())))
                .findFirst()
                .or(() -> open.stream().findFirst())
                .map(candidate -> candidate.mailbox().address());
    }

    private Optional<String> account(@Nullable EmailAddress address) {
        return candidates().stream()
                .map(Candidate::mailbox)
                .filter(mailbox -> mailbox.address().equals(address))
                .map(MailboxSettings::account)
                .findFirst();
    }

    @Override
    public EmailAddress defaultMailbox() {
        return candidates().getFirst().mailbox().address();
    }

    @Override
    public List<FallbackUse> fallbackUses() {
        return candidates().stream()
                .flatMap(candidate -> fallbackUse(candidate).stream())
                .toList();
    }

    private static Optional<FallbackUse> fallbackUse(Candidate candidate) {
        MailboxStatus status = candidate.status().get();
        return status.state() == State.FAILOVER
                ? Optional.of(new FallbackUse(
                        candidate.mailbox().address(), status.upstream(), status.reply(), status.advice()))
                : Optional.empty();
    }
}
