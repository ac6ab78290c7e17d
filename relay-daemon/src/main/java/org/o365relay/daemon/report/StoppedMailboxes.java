package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;
import org.o365relay.route.Target;

/// Mailboxes and pools that send no mail at the moment, in the state `retrying`, `blocked` or `paused`. Their
/// messages stay queued even when due.
public final class StoppedMailboxes {

    /// No stopped mailboxes; also used if the relay is not running.
    public static final StoppedMailboxes NONE = new StoppedMailboxes(Map.of());

    private static final String HINT = ", see: o365-relay mailboxes";

    private final Map<String, State> stopped;

    private StoppedMailboxes(Map<String, State> stopped) {
        this.stopped = stopped;
    }

    /// @param targets configured mailboxes and pools; a pool is stopped if all its mailboxes are stopped
    public static StoppedMailboxes of(RelayStatus status, List<Target> targets) {
        Running running = status.running();
        return running == null ? NONE : of(running.mailboxes(), targets);
    }

    private static StoppedMailboxes of(List<MailboxStatus> statuses, List<Target> targets) {
        Map<String, State> stopped = new HashMap<>();
        for (MailboxStatus status : statuses) {
            if (status.state().compareTo(State.RETRYING) >= 0) {
                stopped.put(key(status.mailbox()), status.state());
            }
        }
        for (Target target : targets) {
            List<String> mailboxes = target.mailboxes().stream()
                    .map(EmailAddress::toString)
                    .map(StoppedMailboxes::key)
                    .toList();
            if (stopped.keySet().containsAll(mailboxes)) {
                // the least severe state of its mailboxes is the state of the pool
                mailboxes.stream()
                        .map(stopped::get)
                        .flatMap(Stream::ofNullable)
                        .min(State::compareTo)
                        .ifPresent(state -> stopped.put(key(target.name()), state));
            }
        }
        return new StoppedMailboxes(stopped);
    }

    /// @param name mailbox or pool
    /// @return the state, such as `blocked`; empty if the mailbox or pool sends mail or its state is unknown
    public Optional<String> state(String name) {
        return Optional.ofNullable(stopped.get(key(name))).map(MailboxTable::stateText);
    }

    /// @param name mailbox or pool
    /// @return name and state, such as `scan1@contoso.example (paused, see: o365-relay mailboxes)`; empty if
    ///     the mailbox or pool sends mail or its state is unknown
    Optional<String> label(String name) {
        return state(name).map(state -> name + " (" + state + HINT + ")");
    }

    /// @return the stopped mailbox or pool that the message is queued for; empty if the message is not queued,
    ///     its mailbox or pool is not stopped, or the mailbox or pool is only `retrying` and the message is not
    ///     due yet
    Optional<String> stoppedTarget(MessageEntry message, Instant now) {
        boolean queued = message.state() == MessageState.QUEUED || message.state() == MessageState.DEFERRED;
        State state = stopped.get(key(message.mailbox()));
        Instant due = message.dueAt();
        boolean waitsForSchedule = state == State.RETRYING && due != null && due.isAfter(now);
        return queued && state != null && !waitsForSchedule ? Optional.of(message.mailbox()) : Optional.empty();
    }

    /// @param mailboxes counts of the messages in the queue by mailbox or pool
    /// @return whether there are messages in the queue, and all of them belong to stopped mailboxes or pools
    boolean areAllStopped(List<GroupCount> mailboxes) {
        return !mailboxes.isEmpty() && mailboxes.stream().allMatch(group -> stopped.containsKey(key(group.name())));
    }

    private static String key(String name) {
        return AddressKey.ofName(name);
    }
}
