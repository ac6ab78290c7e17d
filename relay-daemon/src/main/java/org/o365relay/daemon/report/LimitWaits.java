package org.o365relay.daemon.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.daemon.report.WaitReason.Kind;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.limits.LimitUsage;
import org.o365relay.mail.AddressKey;
import org.o365relay.route.Target;

/// Which of the relay's own limits the due messages of a mailbox wait for.
///
/// @param due the number of due messages by mailbox or pool
record LimitWaits(List<MailboxStatus> statuses, List<Target> targets, Map<String, Long> due, Times times) {

    /// @return the limit that the due messages of the mailbox wait for; empty if one of them may leave now
    Optional<WaitReason> of(MailboxStatus mailbox) {
        LimitUsage limits = mailbox.limits();
        if (limits == null) {
            return Optional.empty();
        }
        if (limits.nextMessageAt() != null && limits.messagesPerMinute() != null) {
            return Optional.of(rate(mailbox, limits, limits.nextMessageAt(), limits.messagesPerMinute()));
        }
        Instant pausedUntil = limits.nextConnectionAt();
        if (pausedUntil != null) {
            String text = "a connection: the upstream reported too many, so the next one is opened at "
                    + times.withSeconds(pausedUntil);
            return Optional.of(new WaitReason(Kind.CONNECTIONS, pausedUntil, text));
        }
        return limits.connectionsInUse() < limits.connections()
                ? Optional.empty()
                : Optional.of(new WaitReason(Kind.CONNECTIONS, null, connections(limits)));
    }

    private static String connections(LimitUsage limits) {
        return limits.connections() == 1
                ? "the only connection, which is in use (limits.connections)"
                : "a connection: all " + limits.connections() + " are in use (limits.connections)";
    }

    private WaitReason rate(MailboxStatus mailbox, LimitUsage limits, Instant next, int perMinute) {
        String limit = mailbox.messagesPerMinute() == null
                ? "the rate limit of " + perMinute + "/min (limits.messages-per-minute)"
                : "the rate limit, lowered to " + perMinute + "/min because the upstream asked for fewer messages";
        long backlog = backlog(limits.account());
        if (backlog < 2) {
            return new WaitReason(Kind.RATE_LIMIT, next, limit);
        }
        Duration toNext = Duration.between(times.now(), next);
        Duration toLast =
                toNext.plus(Duration.ofMinutes(1).multipliedBy(backlog - 1).dividedBy(perMinute));
        String last = "; the last of " + Amounts.count(backlog) + " is sent in about " + Times.format(toLast);
        return new WaitReason(Kind.RATE_LIMIT, times.now().plus(toLast), limit + last);
    }

    /// @return whether messages are due for the mailbox or for others with the same account
    boolean hasBacklog(MailboxStatus mailbox) {
        LimitUsage limits = mailbox.limits();
        return limits != null && backlog(limits.account()) > 0;
    }

    /// @return the number of due messages that mailboxes with this account may send
    private long backlog(String account) {
        Set<String> mailboxes = statuses.stream()
                .filter(status ->
                        status.limits() != null && status.limits().account().equals(account))
                .map(status -> AddressKey.ofName(status.mailbox()))
                .collect(Collectors.toSet());
        Stream<String> pools = targets.stream()
                .filter(target -> target.mailboxes().stream()
                        .anyMatch(member -> mailboxes.contains(member.key().toString())))
                .map(target -> AddressKey.ofName(target.name()));
        return Stream.concat(mailboxes.stream(), pools)
                .distinct()
                .mapToLong(name -> dueOf(name))
                .sum();
    }

    private long dueOf(String key) {
        return due.entrySet().stream()
                .filter(entry -> AddressKey.ofName(entry.getKey()).equals(key))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
