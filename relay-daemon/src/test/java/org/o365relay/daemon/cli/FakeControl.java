package org.o365relay.daemon.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.ResumeResult;
import org.o365relay.alert.Alert;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.daemon.control.ReloadResult;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.deliver.health.RequestedProbe;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// A relay in memory. Records requests and changes nothing.
final class FakeControl implements Control {

    private RelayStatus status;
    private final Map<QueueId, MessageDetail> messages = new HashMap<>();
    private final Map<QueueId, byte[]> contents = new HashMap<>();
    private final Set<String> stopped;
    private final Set<String> resumed = new HashSet<>();
    private @Nullable ChangeResult effect;
    private @Nullable ControlException refusal;
    final List<Change> changes = new ArrayList<>();
    final List<MessageFilter> selections = new ArrayList<>();
    final List<String> reloads = new ArrayList<>();
    ReloadResult reload = new ReloadResult(ReloadResult.Outcome.UNCHANGED, List.of(), List.of(), List.of());
    int closed;

    FakeControl(RelayStatus status, List<MessageDetail> messages, String... stopped) {
        this.status = status;
        messages.forEach(message -> this.messages.put(message.entry().id(), message));
        this.stopped = Set.of(stopped);
    }

    FakeControl with(MessageDetail message, byte[] content) {
        contents.put(message.entry().id(), content);
        return this;
    }

    /// What comes of the next change, instead of success.
    FakeControl changing(ChangeResult outcome) {
        effect = outcome;
        return this;
    }

    FakeControl refusing(Kind kind, String message) {
        refusal = new ControlException(kind, message);
        return this;
    }

    void raising(Alert alert) {
        Running running = status.running();
        if (running == null) {
            throw new IllegalStateException("the relay is not running");
        }
        Running alerted = new Running(
                running.version(),
                running.pid(),
                running.startedAt(),
                running.listeners(),
                running.mailboxes(),
                running.rates(),
                List.of(alert));
        status = new RelayStatus(status.at(), alerted, status.queue(), status.disk());
    }

    @Override
    public boolean isRunning() {
        return status.running() != null;
    }

    @Override
    public QueueSummary summary() throws ControlException {
        return status().queue();
    }

    @Override
    public Page find(MessageFilter selection, Page.Order order, @Nullable QueueId from, int most)
            throws ControlException {
        refuse();
        Comparator<MessageEntry> byId = Comparator.comparing(MessageEntry::id);
        List<MessageEntry> found = selected(selection)
                .sorted(order == Page.Order.OLDEST_FIRST ? byId : byId.reversed())
                .filter(line -> from == null
                        || (order == Page.Order.OLDEST_FIRST
                                ? line.id().compareTo(from) >= 0
                                : line.id().compareTo(from) <= 0))
                .toList();
        return found.size() <= most
                ? new Page(found, null)
                : new Page(found.subList(0, most), found.get(most).id());
    }

    @Override
    public long count(MessageFilter selection) throws ControlException {
        refuse();
        return selected(selection).count();
    }

    @Override
    public Optional<QueueId> newest() throws ControlException {
        refuse();
        return messages.keySet().stream().max(Comparator.naturalOrder());
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) throws ControlException {
        refuse();
        return Optional.ofNullable(messages.get(id));
    }

    @Override
    public InputStream content(MessageDetail message) {
        return new ByteArrayInputStream(contents.getOrDefault(message.entry().id(), new byte[0]));
    }

    @Override
    public ChangeResult change(Change change, MessageFilter selection) throws ControlException {
        refuse();
        changes.add(change);
        selections.add(selection);
        Map<Boolean, Long> delivering = new HashMap<>();
        selected(selection).forEach(line -> delivering.merge(line.state() == MessageState.DELIVERING, 1L, Long::sum));
        return effect == null
                ? new ChangeResult(delivering.getOrDefault(false, 0L), delivering.getOrDefault(true, 0L), "")
                : effect;
    }

    @Override
    public RelayStatus status() throws ControlException {
        refuse();
        Running running = status.running();
        return running == null || resumed.isEmpty()
                ? status
                : new RelayStatus(status.at(), resumed(running), status.queue(), status.disk());
    }

    private Running resumed(Running running) {
        return new Running(
                running.version(),
                running.pid(),
                running.startedAt(),
                running.listeners(),
                running.mailboxes().stream()
                        .map(mailboxStatus ->
                                mailboxStatus.state() == State.PAUSED && resumed.contains(mailboxStatus.mailbox())
                                        ? new MailboxStatus(
                                                mailboxStatus.mailbox(),
                                                State.OPEN,
                                                null,
                                                mailboxStatus.upstream(),
                                                "",
                                                "",
                                                "",
                                                null,
                                                0)
                                        : mailboxStatus)
                        .toList(),
                running.rates(),
                running.alerts());
    }

    @Override
    public boolean pause(EmailAddress mailbox) throws ControlException {
        return !isStopped(mailbox);
    }

    @Override
    public ResumeResult resume(EmailAddress mailbox) throws ControlException {
        boolean wasPaused = isStopped(mailbox);
        resumed.add(mailbox.toString());
        return new ResumeResult(wasPaused, probes(mailbox), backoffs(mailbox), 0);
    }

    @Override
    public ResumeResult retry(EmailAddress mailbox) throws ControlException {
        if (isStopped(mailbox)) {
            throw new ControlException(ControlException.Kind.BAD_REQUEST, mailbox + " is paused by anna");
        }
        return new ResumeResult(false, probes(mailbox), backoffs(mailbox), 0);
    }

    private int backoffs(EmailAddress mailbox) {
        return Objects.requireNonNull(status.running()).mailboxes().stream()
                .filter(mailboxStatus -> mailboxStatus.mailbox().equals(mailbox.toString()))
                .mapToInt(mailboxStatus -> mailboxStatus.backoffs().size())
                .sum();
    }

    private List<RequestedProbe> probes(EmailAddress mailbox) {
        return isBlocked(mailbox)
                ? List.of(new RequestedProbe(
                        "smtp.office365.com:587",
                        RequestedProbe.Target.MAILBOX,
                        "the mailbox is full.",
                        RequestedProbe.Method.MESSAGE,
                        null))
                : List.of();
    }

    private boolean isBlocked(EmailAddress mailbox) {
        Running running = status.running();
        return running != null
                && running.mailboxes().stream()
                        .anyMatch(mailboxStatus -> mailboxStatus.mailbox().equals(mailbox.toString())
                                && mailboxStatus.state() == State.BLOCKED);
    }

    @Override
    public ReloadResult reload(Path file, boolean compareOnly) {
        reloads.add(file + (compareOnly ? " compared" : ""));
        return reload;
    }

    @Override
    public void close() {
        closed++;
    }

    private boolean isStopped(EmailAddress mailbox) throws ControlException {
        refuse();
        Running running = status.running();
        if (running == null) {
            throw new ControlException(Kind.NOT_RUNNING, "the relay is not running");
        }
        if (running.mailboxes().stream()
                .noneMatch(mailboxStatus -> mailboxStatus.mailbox().equals(mailbox.toString()))) {
            throw new ControlException(Kind.BAD_REQUEST, "no mailbox " + mailbox + " is configured");
        }
        return stopped.contains(mailbox.toString());
    }

    private void refuse() throws ControlException {
        if (refusal != null) {
            throw refusal;
        }
    }

    private Stream<MessageEntry> selected(MessageFilter wanted) {
        return messages.values().stream()
                .filter(message ->
                        wanted.contentKept() == null || wanted.contentKept() == (message.contentUntil() != null))
                .map(MessageDetail::entry)
                .filter(line -> meets(line, wanted));
    }

    private static boolean meets(MessageEntry line, MessageFilter wanted) {
        return (wanted.ids().isEmpty() || wanted.ids().contains(line.id()))
                && (wanted.states().isEmpty() || wanted.states().contains(line.state()))
                && (wanted.after() == null || !line.receivedAt().isBefore(wanted.after()))
                && (wanted.before() == null || line.receivedAt().isBefore(wanted.before()))
                && fits(wanted.client(), line.client())
                && fits(wanted.sender(), line.sender())
                && (wanted.recipient() == null
                        || line.recipients().stream().anyMatch(address -> fits(wanted.recipient(), address)))
                && (fits(wanted.mailbox(), line.mailbox()) || fits(wanted.mailbox(), line.route()))
                && fits(wanted.reason(), line.reason())
                && (wanted.subject() == null || fits("*" + wanted.subject() + "*", line.subject()))
                && (wanted.messageId() == null || bare(line.messageId()).equals(bare(wanted.messageId())))
                && (wanted.upTo() == null || line.id().compareTo(wanted.upTo()) <= 0);
    }

    private static boolean fits(@Nullable String pattern, String text) {
        if (pattern == null) {
            return true;
        }
        String regex = Pattern.quote(pattern.toLowerCase(Locale.ROOT)).replace("*", "\\E.*\\Q");
        return text.toLowerCase(Locale.ROOT).matches(regex);
    }

    private static String bare(String messageId) {
        return messageId.replaceAll("[<>]", "");
    }

    /// Counts the states of what is in it.
    static Map<MessageState, Long> states(List<MessageDetail> messages) {
        Map<MessageState, Long> states = new EnumMap<>(MessageState.class);
        for (MessageState state : MessageState.values()) {
            if (state.isOpen()) {
                states.put(
                        state,
                        messages.stream()
                                .filter(message -> message.entry().state() == state)
                                .count());
            }
        }
        return states;
    }
}
