package org.o365relay;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Rate;
import org.o365relay.RelayStatus.Running;
import org.o365relay.accept.Endpoint;
import org.o365relay.alert.Alert;
import org.o365relay.deliver.Delivery;
import org.o365relay.deliver.MailboxStatus;
import org.o365relay.journal.Journal;
import org.o365relay.journal.Rates;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.Claim;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueReader;
import org.o365relay.route.Target;

/// What a running relay can be asked and told. Safe for any number of threads; blocks on the queue.
///
/// Every method throws a [QueueException] with a message for the admin if the queue cannot be used.
public final class Operations {

    private final RelaySettings settings;
    private final MessageQueue queue;
    private final List<MailboxWorkers> workers;
    private final Rates rates;
    private final Supplier<List<Alert>> alerts;
    private final List<Endpoint> listeners;
    private final Journal journal;
    private final InstantSource clock;
    private final Instant startedAt;

    /// @param workers one for each mailbox
    /// @param alerts what is wrong just now
    /// @param journal is told what an operator does
    Operations(
            RelaySettings settings,
            MessageQueue queue,
            List<MailboxWorkers> desks,
            Rates rates,
            Supplier<List<Alert>> alerts,
            List<Endpoint> listeners,
            Journal journal,
            InstantSource clock) {
        this.settings = settings;
        this.queue = queue;
        this.workers = List.copyOf(desks);
        this.rates = rates;
        this.alerts = alerts;
        this.listeners = List.copyOf(listeners);
        this.journal = journal;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /// @return what can be asked of the queue
    public QueueReader reader() {
        return queue.reader();
    }

    /// Changes all that are selected and open.
    ///
    /// @param by who says so, for the history and the journal
    /// @throws OperationException if the change is impossible here; nothing is changed then
    public ChangeResult change(Change change, MessageFilter selection, String by) throws OperationException {
        boolean isFinal = change instanceof Change.Bounce || change instanceof Change.Delete;
        if (isFinal && selection.isEveryOpenMessage()) {
            throw new OperationException(text(change) + " wants to know which messages: ids, or a condition");
        }
        Change possible = possible(change);
        ChangeResult effect = possible instanceof Change.Bounce
                ? queue.admin()
                        .bounceEach(selection, by, claim -> delivery(claim).bounce(claim, by))
                : queue.admin().apply(possible, selection, by);
        if (effect.changed() > 0) {
            journal.queueChanged(text(possible), effect.changed(), by);
        }
        return effect;
    }

    /// @return the same, with names as the queue has them
    private Change possible(Change change) throws OperationException {
        return switch (change) {
            case Change.Retry _, Change.Hold _, Change.Release _, Change.Bounce _, Change.Delete _ -> change;
            case Change.Redirect(String target) -> new Change.Redirect(route(target));
            case Change.Readdress(EmailAddress _, EmailAddress to) -> {
                if (!to.isQualified()) {
                    throw new OperationException(to + " is no complete address; give one with @ and a domain");
                }
                yield change;
            }
        };
    }

    private String route(String target) throws OperationException {
        Stream<String> mailboxes =
                workers.stream().filter(desk -> desk.isOf(target)).map(Operations::name);
        Stream<String> pools = targets().filter(name -> name.equalsIgnoreCase(target));
        return Stream.concat(mailboxes, pools)
                .findFirst()
                .orElseThrow(() -> new OperationException("there is no mailbox or pool \"" + target + "\"; there are "
                        + Stream.concat(workers.stream().map(Operations::name), targets())
                                .distinct()
                                .collect(Collectors.joining(", "))));
    }

    private Stream<String> targets() {
        return settings.routes().targets().stream().map(Target::name);
    }

    /// @return who writes notices for the lane a message is in; for a pool's or an unknown one, one that can
    private Delivery delivery(Claim claim) {
        return workers.stream()
                .filter(desk -> desk.isOf(claim.mailbox()) || isInPool(desk, claim.mailbox()))
                .findFirst()
                .orElse(workers.getFirst())
                .delivery();
    }

    private boolean isInPool(MailboxWorkers desk, String pool) {
        return settings.routes().targets().stream()
                .filter(target -> target.name().equalsIgnoreCase(pool))
                .anyMatch(target -> target.mailboxes().stream().anyMatch(member -> desk.isOf(member.toString())));
    }

    private static String text(Change change) {
        return switch (change) {
            case Change.Retry _ -> "retry";
            case Change.Hold _ -> "hold";
            case Change.Release _ -> "release";
            case Change.Bounce _ -> "bounce";
            case Change.Delete _ -> "delete";
            case Change.Redirect(String target) -> "redirect to " + target;
            case Change.Readdress(EmailAddress from, EmailAddress to) -> "redirect from " + from + " to " + to;
        };
    }

    /// @return how each mailbox's way out is, in the order of the configuration
    public List<MailboxStatus> mailboxes() {
        return workers.stream().map(MailboxWorkers::status).toList();
    }

    /// Stops a mailbox: nothing leaves through it until it is resumed, also after a restart. Deliveries in flight end.
    ///
    /// @param by who says so
    /// @return false if it was stopped already
    /// @throws OperationException if it is not configured
    public synchronized boolean pause(EmailAddress mailbox, String by) throws OperationException {
        MailboxWorkers desk = workers(mailbox);
        Instant now = clock.instant();
        if (!queue.pauseMailbox(name(desk), now, by)) {
            return false;
        }
        desk.dispatcher().pause(now, by);
        journal.paused(desk.dispatcher().mailbox(), by);
        return true;
    }

    /// Lets mail of a mailbox leave again if it was stopped, and tries at once whether its trouble is over.
    ///
    /// @param by who says so
    /// @return false if there was nothing to resume
    /// @throws OperationException if it is not configured, and was not stopped either
    public synchronized boolean resume(EmailAddress mailbox, String by) throws OperationException {
        if (workers.stream().noneMatch(desk -> desk.isOf(mailbox.toString())) && queue.resumeMailbox(name(mailbox))) {
            journal.resumed(mailbox, by);
            return true;
        }
        MailboxWorkers desk = workers(mailbox);
        boolean wasStopped = queue.resumeMailbox(name(desk));
        boolean resumed = desk.dispatcher().resume();
        if (wasStopped) {
            journal.resumed(desk.dispatcher().mailbox(), by);
        }
        return resumed;
    }

    private MailboxWorkers workers(EmailAddress mailbox) throws OperationException {
        return workers.stream()
                .filter(desk -> desk.isOf(mailbox.toString()))
                .findFirst()
                .orElseThrow(() -> new OperationException("there is no mailbox " + mailbox + "; there are "
                        + workers.stream()
                                .map(desk -> desk.dispatcher().mailbox().toString())
                                .collect(Collectors.joining(", "))));
    }

    /// As the queue has it.
    private static String name(MailboxWorkers desk) {
        return name(desk.dispatcher().mailbox());
    }

    private static String name(EmailAddress mailbox) {
        return mailbox.toString().toLowerCase(Locale.ROOT);
    }

    /// @param version of the program
    /// @return less than a second's work for a million messages
    public RelayStatus status(String version) {
        Running running = new Running(
                version,
                ProcessHandle.current().pid(),
                startedAt,
                listeners.stream().map(Endpoint::toString).toList(),
                mailboxes(),
                List.of(
                        rate("accepted", rates.accepted()),
                        rate("rejected", rates.rejected()),
                        rate("delivered", rates.delivered()),
                        rate("deferred", rates.deferred()),
                        rate("failed", rates.failed())),
                alerts.get());
        return new RelayStatus(clock.instant(), running, reader().summary(), disk(queue.capacity()));
    }

    private static Rate rate(String event, Rates.Rate rate) {
        return new Rate(event, rate.lastMinute(), rate.lastHour(), rate.lastDay());
    }

    private static Disk disk(DiskCapacity capacity) {
        return new Disk(capacity.free(), capacity.minimumFree(), capacity.used(), capacity.maximum());
    }
}
