package org.o365relay;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.deliver.Bouncer;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.journal.Event.Paused;
import org.o365relay.journal.Event.QueueChanged;
import org.o365relay.journal.Event.Resumed;
import org.o365relay.journal.Event.Retried;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.Claim;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.OperatorQueue;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueReader;
import org.o365relay.route.Target;

/// Queries and commands for operators of a running relay. Thread-safe.
///
/// Methods that access the queue may block. If the queue cannot be used, they throw a `QueueException` with a
/// message for the admin.
public final class Operations {

    private final Mailboxes mailboxes;
    private final OperatorQueue queue;
    private final StatusSource status;
    private final Journal journal;
    private final Runnable rerouting;
    private final InstantSource clock;

    /// @param journal records operators' commands
    /// @param rerouting reroutes messages whose mailbox or pool is not configured
    Operations(
            Mailboxes mailboxes,
            OperatorQueue queue,
            StatusSource status,
            Journal journal,
            Runnable rerouting,
            InstantSource clock) {
        this.mailboxes = mailboxes;
        this.queue = queue;
        this.status = status;
        this.journal = journal;
        this.rerouting = rerouting;
        this.clock = clock;
    }

    private List<MailboxWorkers> workers() {
        return mailboxes.workers();
    }

    /// @return the reader for queries on the queue
    public QueueReader reader() {
        return queue.reader();
    }

    /// Changes the open messages that match the selection, except those that are being delivered; or resends
    /// the settled ones whose content is kept.
    ///
    /// @param by user name of the operator, recorded in the message history and the journal
    /// @throws OperationException if the change is not possible; no message is changed in that case
    public ChangeResult change(Change change, MessageFilter selection, String by) throws OperationException {
        boolean isFinal = change instanceof Change.Bounce || change instanceof Change.Delete;
        if (isFinal && selection.isEveryOpenMessage()) {
            throw new OperationException(text(change) + " needs message IDs or a condition");
        }
        Change checked = checked(change);
        ChangeResult result = checked instanceof Change.Bounce
                ? queue.admin()
                        .bounceEach(selection, by, claim -> bouncer(claim).bounce(claim, by))
                : queue.admin().apply(checked, selection, by);
        if (result.changed() > 0) {
            journal.record(new QueueChanged(text(checked), result.changed(), by));
            if (checked instanceof Change.Resend) {
                rerouting.run();
            }
        }
        return result;
    }

    /// @return the change; in a redirect, the name of a pool is spelled as configured, and that of a mailbox in
    ///     lower case
    private Change checked(Change change) throws OperationException {
        return switch (change) {
            case Change.Retry _, Change.Hold _, Change.Release _, Change.Bounce _, Change.Delete _ -> change;
            case Change.Redirect(String target) -> new Change.Redirect(route(target));
            case Change.Readdress(EmailAddress _, EmailAddress to) -> {
                requireQualified(to);
                yield change;
            }
            case Change.Resend(EmailAddress to, String target) -> {
                if (to != null) {
                    requireQualified(to);
                }
                yield new Change.Resend(to, target == null ? null : route(target));
            }
        };
    }

    private static void requireQualified(EmailAddress to) throws OperationException {
        if (!to.isQualified()) {
            throw new OperationException(to + " is not a complete address; give one with @ and a domain");
        }
    }

    private String route(String target) throws OperationException {
        Stream<String> mailboxes =
                workers().stream().filter(worker -> worker.serves(target)).map(Operations::name);
        Stream<String> pools = targets().filter(name -> name.equalsIgnoreCase(target));
        return Stream.concat(mailboxes, pools)
                .findFirst()
                .orElseThrow(() ->
                        new OperationException("no mailbox or pool \"" + target + "\" is configured; configured are: "
                                + Stream.concat(workers().stream().map(Operations::name), targets())
                                        .distinct()
                                        .collect(Collectors.joining(", "))));
    }

    private Stream<String> targets() {
        return mailboxes.routes().targets().stream().map(Target::name);
    }

    /// @return the bouncer of the message's mailbox or of a mailbox in the message's pool; if that mailbox or
    ///     pool is not configured, the first of all bouncers
    private Bouncer bouncer(Claim claim) {
        return workers().stream()
                .filter(worker -> worker.serves(claim.mailbox()) || isInPool(worker, claim.mailbox()))
                .findFirst()
                .orElse(workers().getFirst())
                .bouncer();
    }

    private boolean isInPool(MailboxWorkers worker, String pool) {
        return mailboxes.routes().targets().stream()
                .filter(target -> target.name().equalsIgnoreCase(pool))
                .anyMatch(target -> target.mailboxes().stream().anyMatch(member -> worker.serves(member.toString())));
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
            case Change.Resend(EmailAddress to, String target) ->
                "resend" + (to == null ? "" : " to " + to) + (target == null ? "" : " through " + target);
        };
    }

    /// @return the state of each mailbox, in the order of the configuration
    public List<MailboxStatus> mailboxes() {
        return workers().stream().map(MailboxWorkers::status).toList();
    }

    /// Pauses a mailbox: no mail is sent through it until it is resumed, even after a restart. Deliveries in
    /// flight are completed.
    ///
    /// @param by user name of the operator
    /// @return false if the mailbox was already paused
    /// @throws OperationException if the mailbox is not configured
    public synchronized boolean pause(EmailAddress mailbox, String by) throws OperationException {
        MailboxWorkers worker = workers(mailbox);
        Instant now = clock.instant();
        if (!queue.pausedMailboxes().pause(name(worker), now, by)) {
            return false;
        }
        worker.dispatcher().pause(now, by);
        journal.record(new Paused(worker.dispatcher().mailbox(), by));
        return true;
    }

    /// Ends the pause of a mailbox, and then does what [#retry(EmailAddress, String)] does.
    ///
    /// @param by user name of the operator
    /// @throws OperationException if the mailbox is neither configured nor paused
    public synchronized ResumeResult resume(EmailAddress mailbox, String by) throws OperationException {
        if (workers().stream().noneMatch(worker -> worker.serves(mailbox.toString()))
                && queue.pausedMailboxes().resume(name(mailbox))) {
            journal.record(new Resumed(mailbox, by));
            return new ResumeResult(true, List.of(), 0, 0);
        }
        MailboxWorkers worker = workers(mailbox);
        boolean wasPaused = queue.pausedMailboxes().resume(name(worker));
        ResumeResult result = ResumeResult.of(wasPaused, worker.dispatcher().resume());
        if (wasPaused) {
            journal.record(new Resumed(worker.dispatcher().mailbox(), by));
        } else if (result.hasEffect()) {
            journal.record(new Retried(worker.dispatcher().mailbox(), by));
        }
        makeMessageDue(worker, result, by);
        return result;
    }

    /// Probes a blocked mailbox and its suspended upstreams now, regardless of the schedule, ends the backoffs
    /// of authors and recipients, and makes due the mail that waits for any of these.
    ///
    /// @param by user name of the operator
    /// @throws OperationException if the mailbox is not configured, or is paused by an operator
    public synchronized ResumeResult retry(EmailAddress mailbox, String by) throws OperationException {
        MailboxWorkers worker = workers(mailbox);
        if (worker.dispatcher().isPaused()) {
            throw new OperationException(mailbox + " is " + worker.status().cause()
                    + ", so it is not probed. To end the pause: o365-relay mailboxes resume " + mailbox);
        }
        ResumeResult result = ResumeResult.of(false, worker.dispatcher().retry());
        if (result.hasEffect()) {
            journal.record(new Retried(worker.dispatcher().mailbox(), by));
        }
        makeMessageDue(worker, result, by);
        return result;
    }

    /// Probes these mailboxes, unless they are paused, because a reload changed their upstreams or limits. The
    /// waits that upstreams have asked for continue.
    ///
    /// @param by user name of the operator who reloaded the configuration
    synchronized void retryAfterReload(List<MailboxWorkers> changed, String by) {
        for (MailboxWorkers worker : changed) {
            if (!worker.dispatcher().isPaused()) {
                makeMessageDue(
                        worker, ResumeResult.of(false, worker.dispatcher().probe()), by);
            }
        }
    }

    /// If a probe needs a message to send, makes due one of the oldest messages that wait for the mailbox.
    /// Without this, the probe might have to wait for hours until a deferred message is due.
    private void makeMessageDue(MailboxWorkers worker, ResumeResult probes, String by) {
        if (!probes.needsMessage()) {
            return;
        }
        worker.dispatcher().requestMessageProbe(by); // covers messages in flight, which the query below does not find
        for (String route : worker.dispatcher().routes()) {
            List<MessageEntry> oldest = reader().find(waitingFor(route), Page.Order.OLDEST_FIRST, null, 1)
                    .entries();
            if (!oldest.isEmpty()) {
                retry(oldest.getFirst(), by);
                return;
            }
        }
    }

    private void retry(MessageEntry message, String by) {
        Instant due = message.dueAt();
        if (due != null && due.isAfter(clock.instant())) {
            queue.admin().apply(new Change.Retry(), MessageFilter.of(List.of(message.id())), by);
        }
    }

    private static MessageFilter waitingFor(String route) {
        Set<MessageState> waiting = Set.of(MessageState.QUEUED, MessageState.DEFERRED);
        return new MessageFilter(List.of(), waiting, null, null, null, null, null, route, null, null, null, null);
    }

    private MailboxWorkers workers(EmailAddress mailbox) throws OperationException {
        return workers().stream()
                .filter(worker -> worker.serves(mailbox.toString()))
                .findFirst()
                .orElseThrow(() -> new OperationException("no mailbox " + mailbox + " is configured; configured are: "
                        + workers().stream()
                                .map(worker -> worker.dispatcher().mailbox().toString())
                                .collect(Collectors.joining(", "))));
    }

    /// @return the name by which the queue identifies the mailbox
    private static String name(MailboxWorkers worker) {
        return name(worker.dispatcher().mailbox());
    }

    private static String name(EmailAddress mailbox) {
        return mailbox.key().toString();
    }

    /// @param version version of the program
    /// @return the status; reading it takes less than a second with a million queued messages
    public RelayStatus status(String version) {
        return status.read(version);
    }
}
