package org.o365relay;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.o365relay.alert.AlertMailboxes;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.MailboxStatus;
import org.o365relay.mail.EmailAddress;

/// The relay's own mailboxes as bearers of news. What shares an account with a mailbox in trouble may soon be
/// in the same, so others come first.
///
/// @param candidates in the order of the settings; at least one
record RelayAlertMailboxes(List<Candidate> candidates) implements AlertMailboxes {

    /// @param status how it is just now
    record Candidate(MailboxSettings mailbox, Supplier<MailboxStatus> status) {

        boolean isOpen() {
            return switch (status.get().state()) {
                case OPEN, FAILOVER -> true;
                case RETRYING, BLOCKED, PAUSED -> false;
            };
        }
    }

    @Override
    public Optional<EmailAddress> open(@Nullable EmailAddress inTrouble) {
        List<Candidate> open = candidates.stream().filter(Candidate::isOpen).toList();
        return open.stream()
                .filter(way ->
                        !account(inTrouble).equals(Optional.of(way.mailbox().account())))
                .findFirst()
                .or(() -> open.stream().findFirst())
                .map(way -> way.mailbox().address());
    }

    private Optional<String> account(@Nullable EmailAddress address) {
        return candidates.stream()
                .map(Candidate::mailbox)
                .filter(mailbox -> mailbox.address().equals(address))
                .map(MailboxSettings::account)
                .findFirst();
    }

    @Override
    public EmailAddress fallback() {
        return candidates.getFirst().mailbox().address();
    }
}
