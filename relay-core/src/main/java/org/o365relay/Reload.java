package org.o365relay;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.SmtpListener;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.alert.AlertChannels;
import org.o365relay.alert.Alerts;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.jdbc.JdbcQueue;

/// Applies new settings to the running relay. First does everything that can fail, opening the sockets of new
/// listeners last; then switches everything over without interrupting the service.
final class Reload {

    private final JdbcQueue queue;
    private final Mailboxes mailboxes;
    private final SmtpListener listener;
    private final NoticePolicy notices;
    private final Alerts alerts;
    private final BackgroundTasks tasks;
    private final Operations operations;

    Reload(
            JdbcQueue queue,
            Mailboxes mailboxes,
            SmtpListener listener,
            NoticePolicy notices,
            Alerts alerts,
            BackgroundTasks tasks,
            Operations operations) {
        this.queue = queue;
        this.mailboxes = mailboxes;
        this.listener = listener;
        this.notices = notices;
        this.alerts = alerts;
        this.tasks = tasks;
        this.operations = operations;
    }

    /// Everything that is ready to be applied.
    private record Prepared(
            Mailboxes.Change mailboxes,
            AlertChannels.Prepared channels,
            BackgroundTasks.Tasks tasks,
            SmtpListener.Change sockets) {}

    /// @param by user name of the operator
    /// @return remarks for the operator
    /// @throws OperationException if the settings cannot be used; nothing has changed
    List<String> apply(RelaySettings next, String by) throws OperationException {
        List<MailboxWorkers> changed;
        List<String> remarks;
        synchronized (operations) { // no mailbox is paused or resumed meanwhile
            Prepared prepared = prepare(next);
            remarks = remarks(next);
            changed = apply(next, prepared);
        }
        try {
            operations.retryAfterReload(changed, by);
        } catch (QueueException e) { // the new settings have already taken effect
            remarks.add("mail that waits for a changed mailbox was not made due; use \"mailboxes retry\": "
                    + e.getMessage());
        }
        return remarks;
    }

    private Prepared prepare(RelaySettings next) throws OperationException {
        Mailboxes.@Nullable Change senders = null;
        BackgroundTasks.@Nullable Tasks background = null;
        try {
            senders = mailboxes.prepare(next);
            background = tasks.prepare(next, senders);
            return new Prepared(
                    senders,
                    alerts.prepare(next.alerts(), next.http(), next.hostname()),
                    background,
                    listener.prepare(next.accept(), next.listeners()));
        } catch (ListenException | UncheckedIOException | IllegalArgumentException | QueueException e) {
            if (background != null) {
                tasks.discard(background);
            }
            if (senders != null) {
                senders.discard();
            }
            throw new OperationException(String.valueOf(e.getMessage()));
        }
    }

    /// @return the mailboxes whose settings changed, which must be probed now
    private List<MailboxWorkers> apply(RelaySettings next, Prepared prepared) {
        tasks.stopRerouting();
        queue.use(next.queue());
        notices.use(next.notices(), next.hostname());
        alerts.use(next.alerts(), prepared.channels());
        List<MailboxWorkers> changed = prepared.mailboxes().apply();
        prepared.sockets().apply();
        prepared.mailboxes().start();
        prepared.mailboxes()
                .removed()
                .forEach(removed -> alerts.forget(removed.sender().mailbox()));
        tasks.use(prepared.tasks());
        return changed;
    }

    /// @return a line for each mailbox or pool that is not configured although mail waits for it
    private List<String> remarks(RelaySettings next) {
        List<String> remarks = new ArrayList<>();
        try {
            for (String route : queue.routes().names()) {
                if (!next.isConfigured(route)) {
                    long messages = queue.reader().count(waitingFor(route));
                    remarks.add((messages == 1 ? "1 message waits" : messages + " messages wait") + " for " + route
                            + ", which is no longer configured, and will be rerouted by relay.routing");
                }
            }
        } catch (QueueException e) {
            remarks.add("mail for mailboxes that are no longer configured could not be counted: " + e.getMessage());
        }
        return remarks;
    }

    private static MessageFilter waitingFor(String route) {
        Set<MessageState> open =
                Set.of(MessageState.QUEUED, MessageState.DEFERRED, MessageState.DELIVERING, MessageState.HELD);
        return new MessageFilter(List.of(), open, null, null, null, null, null, route, null, null, null, null);
    }
}
