package org.o365relay.daemon.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.daemon.report.WaitReason.Kind;
import org.o365relay.deliver.health.AddressBackoff;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.deliver.limits.LimitUsage;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.mail.AddressKey;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;
import org.o365relay.route.Target;

/// Determines why a message waits, from its state, due time and reason, and from the state, limits and backoffs
/// of the mailboxes that may send it.
public final class WaitReasons {

    private static final Duration SAME_TIME = Duration.ofSeconds(1);

    private final boolean running;
    private final List<MailboxStatus> statuses;
    private final List<Target> targets;
    private final StoppedMailboxes stopped;
    private final LimitWaits limits;
    private final Times times;

    private WaitReasons(
            boolean running,
            List<MailboxStatus> statuses,
            List<Target> targets,
            StoppedMailboxes stopped,
            LimitWaits limits) {
        this.running = running;
        this.statuses = statuses;
        this.targets = targets;
        this.stopped = stopped;
        this.limits = limits;
        this.times = limits.times();
    }

    /// @param targets configured mailboxes and pools
    public static WaitReasons of(RelayStatus status, List<Target> targets, Times times) {
        Running running = status.running();
        List<MailboxStatus> statuses = running == null ? List.of() : running.mailboxes();
        return new WaitReasons(
                running != null,
                statuses,
                targets,
                StoppedMailboxes.of(status, targets),
                new LimitWaits(statuses, targets, status.queue().due(), times));
    }

    /// The reasons while no relay is running.
    public static WaitReasons notRunning(Times times) {
        return new WaitReasons(
                false,
                List.of(),
                List.of(),
                StoppedMailboxes.NONE,
                new LimitWaits(List.of(), List.of(), Map.of(), times));
    }

    public StoppedMailboxes stopped() {
        return stopped;
    }

    /// @return why the message waits; empty if it is settled or being delivered
    public Optional<WaitReason> of(MessageEntry message) {
        return of(message, message.recipients());
    }

    /// Like [#of(MessageEntry)], but considers all open recipients instead of the first few.
    public Optional<WaitReason> of(MessageDetail message) {
        return of(
                message.entry(),
                message.recipients().stream()
                        .filter(recipient -> recipient.state().equals("queued"))
                        .map(RecipientEntry::address)
                        .toList());
    }

    private Optional<WaitReason> of(MessageEntry message, List<String> recipients) {
        return switch (message.state()) {
            case HELD ->
                Optional.of(new WaitReason(
                        Kind.HOLD,
                        null,
                        "an operator, who put it on hold; to release it: o365-relay queue release " + message.id()));
            case QUEUED, DEFERRED -> Optional.of(ofQueued(message, recipients));
            case DELIVERING, DELIVERED, FAILED, DELETED -> Optional.empty();
        };
    }

    private WaitReason ofQueued(MessageEntry message, List<String> recipients) {
        if (!running) {
            return new WaitReason(Kind.NOT_RUNNING, null, "the relay, which is not running");
        }
        List<MailboxStatus> serving = serving(message.mailbox());
        if (stopped.stoppedTarget(message, times.now()).isPresent()) {
            return ofBlocked(message.mailbox(), serving);
        }
        Instant due = message.dueAt();
        if (due != null && due.isAfter(times.now())) {
            return ofDeferred(message, recipients, due, serving);
        }
        return ofDue(serving);
    }

    private List<MailboxStatus> serving(String name) {
        String key = AddressKey.ofName(name);
        return statuses.stream()
                .filter(status -> AddressKey.ofName(status.mailbox()).equals(key)
                        || targets.stream()
                                .anyMatch(target ->
                                        AddressKey.ofName(target.name()).equals(key) && isMember(target, status)))
                .toList();
    }

    private static boolean isMember(Target target, MailboxStatus status) {
        return target.mailboxes().stream()
                .anyMatch(member -> member.key().toString().equals(AddressKey.ofName(status.mailbox())));
    }

    private WaitReason ofBlocked(String name, List<MailboxStatus> serving) {
        // the least severe state, and the one that ends first
        MailboxStatus first = serving.stream()
                .min((one, other) -> one.state().compareTo(other.state()))
                .orElseThrow();
        if (first.state() == State.BLOCKED && first.isDailyQuota()) {
            return new WaitReason(Kind.DAILY_QUOTA, first.nextProbe(), quota(first));
        }
        Kind kind = switch (first.state()) {
            case PAUSED -> Kind.PAUSED;
            case RETRYING -> Kind.RETRYING;
            case OPEN, FAILOVER, BLOCKED -> Kind.BLOCKED;
        };
        return new WaitReason(kind, first.nextProbe(), stopped.label(name).orElse(name));
    }

    private String quota(MailboxStatus mailbox) {
        LimitUsage usage = mailbox.limits();
        Instant end = mailbox.nextProbe();
        String used = usage == null || usage.recipientsPerDay() == null
                ? ""
                : " (" + Amounts.count(usage.recipientsCounted()) + " of " + Amounts.count(usage.recipientsPerDay())
                        + " recipients, limits.recipients-per-day)";
        return "room in the daily quota of " + mailbox.mailbox() + used + at(end);
    }

    private String at(@Nullable Instant end) {
        return end == null ? "" : ", expected at " + times.of(end) + " (" + times.relative(end) + ")";
    }

    private WaitReason ofDeferred(
            MessageEntry message, List<String> recipients, Instant due, List<MailboxStatus> serving) {
        String when = times.of(due) + " (" + times.relative(due) + ")";
        if (message.reason().equals(JudgedReply.DAILY_QUOTA)) {
            String text = "room for its " + Amounts.of(message.recipientCount(), "recipient") + " in the daily quota"
                    + " (limits.recipients-per-day), expected at " + when;
            return new WaitReason(Kind.DAILY_QUOTA, due, text);
        }
        Optional<AddressBackoff> backoff = serving.stream()
                .flatMap(status -> status.backoffs().stream())
                .filter(candidate -> concerns(candidate, message, recipients, due))
                .findFirst();
        if (backoff.isPresent()) {
            String text = "the end of the backoff of " + backoff.get().kind() + " "
                    + backoff.get().address() + " at " + when + ", because of repeated refusals: "
                    + backoff.get().reply();
            return new WaitReason(Kind.BACKOFF, due, text);
        }
        String reason = message.reason().isEmpty() ? "" : ", because of " + message.reason();
        return new WaitReason(Kind.RETRY, due, "its next attempt at " + when + reason);
    }

    /// A message that is not tried because of a backoff is due when the backoff ends. The author in the From
    /// field may differ from the envelope sender, so the due time shows that the message waits for its author.
    private static boolean concerns(
            AddressBackoff backoff, MessageEntry message, List<String> recipients, Instant due) {
        boolean endsThen = Duration.between(backoff.until(), due).abs().compareTo(SAME_TIME) <= 0;
        boolean isNamed = backoff.kind().equals("recipient")
                && recipients.stream()
                        .anyMatch(recipient -> AddressKey.ofName(recipient).equals(backoff.address()));
        return isNamed || (endsThen && message.reason().equals(backoff.reason()));
    }

    private WaitReason ofDue(List<MailboxStatus> serving) {
        List<MailboxStatus> open = serving.stream()
                .filter(status -> status.state().compareTo(State.RETRYING) < 0)
                .toList();
        List<WaitReason> waits =
                open.stream().map(limits::of).flatMap(Optional::stream).toList();
        return waits.isEmpty() || waits.size() < open.size()
                ? new WaitReason(Kind.TURN, times.now(), "its turn, which is next")
                : waits.getFirst();
    }

    /// @return whether authors or recipients are in backoff
    public boolean hasBackoffs() {
        return statuses.stream().anyMatch(status -> !status.backoffs().isEmpty());
    }

    /// @return whether the message waits for the end of the backoff of its author or recipient
    public boolean isInBackoff(MessageEntry message) {
        return of(message).filter(reason -> reason.kind() == Kind.BACKOFF).isPresent();
    }

    /// @return the limit that due messages of the mailbox wait for; empty if none is due or one may leave now
    Optional<WaitReason> ofMailbox(MailboxStatus status) {
        boolean sends = status.state().compareTo(State.RETRYING) < 0;
        return sends && limits.hasBacklog(status) ? limits.of(status) : Optional.empty();
    }

    /// @return what the NEXT ATTEMPT column shows
    String next(MessageEntry message) {
        Instant due = message.dueAt();
        Optional<WaitReason> reason = of(message);
        if (due == null || reason.isEmpty()) {
            return "-";
        }
        return switch (reason.get().kind()) {
            case PAUSED, BLOCKED, RETRYING -> stopped.state(message.mailbox()).orElse("-");
            case RATE_LIMIT, CONNECTIONS, DAILY_QUOTA ->
                reason.get().kind().key().replace('-', ' ');
            case NOT_RUNNING, HOLD, BACKOFF, RETRY, TURN -> due.isAfter(times.now()) ? times.of(due) : "now";
        };
    }

    /// @return a line for each mailbox or limit of a mailbox that some of the messages wait for
    List<String> lines(List<MessageEntry> messages) {
        Map<String, Long> counts = new LinkedHashMap<>();
        messages.stream()
                .filter(message -> message.state() != MessageState.HELD)
                .map(this::of)
                .flatMap(Optional::stream)
                .filter(reason -> reason.kind().isOfMailbox())
                .map(WaitReason::text)
                .sorted()
                .forEach(text -> counts.merge(text, 1L, Long::sum));
        List<String> lines = new ArrayList<>();
        counts.forEach((text, count) -> lines.add(Amounts.of(Objects.requireNonNull(count), "message")
                + (count == 1 ? " waits for " : " wait for ")
                + text));
        return lines;
    }
}
