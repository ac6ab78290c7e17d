package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.deliver.MailboxStatus;
import org.o365relay.deliver.MailboxStatus.State;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;
import org.o365relay.route.Target;

/// Mailboxes and pools through which nothing leaves just now: what waits for them waits, whatever time it is due.
public final class BlockedMailboxes {

    /// Nothing is known to be closed: no relay runs.
    public static final BlockedMailboxes NONE = new BlockedMailboxes(Map.of());

    private static final String HINT = ", see: o365-relay mailboxes";

    private final Map<String, State> blocked;

    private BlockedMailboxes(Map<String, State> closed) {
        this.blocked = closed;
    }

    /// @param targets the pools that are configured; one is closed if all its mailboxes are
    public static BlockedMailboxes of(RelayStatus status, List<Target> targets) {
        Running running = status.running();
        return running == null ? NONE : of(running.mailboxes(), targets);
    }

    private static BlockedMailboxes of(List<MailboxStatus> lanes, List<Target> targets) {
        Map<String, State> closed = new HashMap<>();
        for (MailboxStatus lane : lanes) {
            if (lane.state().compareTo(State.RETRYING) >= 0) {
                closed.put(key(lane.mailbox()), lane.state());
            }
        }
        for (Target target : targets) {
            List<String> mailboxes = target.mailboxes().stream()
                    .map(EmailAddress::toString)
                    .map(BlockedMailboxes::key)
                    .toList();
            if (closed.keySet().containsAll(mailboxes)) {
                // the one that is open first is the one that counts
                mailboxes.stream()
                        .map(closed::get)
                        .flatMap(Stream::ofNullable)
                        .min(State::compareTo)
                        .ifPresent(state -> closed.put(key(target.name()), state));
            }
        }
        return new BlockedMailboxes(closed);
    }

    /// @param lane mailbox or pool
    /// @return `PAUSED`; empty if mail leaves, or if that is not known
    public Optional<String> state(String lane) {
        return Optional.ofNullable(blocked.get(key(lane))).map(MailboxTable::stateText);
    }

    /// @param lane mailbox or pool
    /// @return `scan1@contoso.example (PAUSED, see: o365-relay mailboxes)`; empty as of [#state]
    Optional<String> label(String lane) {
        return state(lane).map(state -> lane + " (" + state + HINT + ")");
    }

    /// @return the name of the closed lane for which it waits; empty if it waits for its time, or not at all
    Optional<String> blockerOf(MessageEntry message, Instant now) {
        boolean waits = message.state() == MessageState.QUEUED || message.state() == MessageState.DEFERRED;
        State state = blocked.get(key(message.mailbox()));
        Instant due = message.dueAt();
        boolean passes = state == State.RETRYING && due != null && due.isAfter(now);
        return waits && state != null && !passes ? Optional.of(message.mailbox()) : Optional.empty();
    }

    /// @return a line for each closed lane that some of them wait for
    List<String> lines(List<MessageEntry> messages, Instant now) {
        Map<String, Long> counts = new TreeMap<>();
        messages.forEach(message -> blockerOf(message, now).ifPresent(lane -> counts.merge(key(lane), 1L, Long::sum)));
        List<String> lines = new ArrayList<>();
        counts.forEach((lane, count) -> label(lane)
                .ifPresent(words ->
                        lines.add(Amounts.of(count, "message") + (count == 1 ? " waits for " : " wait for ") + words)));
        return lines;
    }

    /// @return whether there is mail, and all of it waits for something that is closed
    boolean blockAll(List<GroupCount> mailboxes) {
        return !mailboxes.isEmpty() && mailboxes.stream().allMatch(tally -> blocked.containsKey(key(tally.name())));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
