package org.o365relay.daemon.control;

import java.io.InputStream;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.OfflineQueue;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueSummary;
import org.o365relay.queue.QueueUnavailableException;

/// The queue of a relay that does not run, or does not answer. It can be looked at.
final class OfflineControl implements Control {

    private final QueueSettings settings;
    private final OfflineQueue queue;
    private final InstantSource clock;

    OfflineControl(QueueSettings settings, InstantSource clock) {
        this.settings = settings;
        this.queue = new OfflineQueue(settings.directory(), clock);
        this.clock = clock;
    }

    @FunctionalInterface
    private interface Query<T> {
        T run(QueueReader reading) throws QueueUnavailableException;
    }

    private <T> T query(Query<T> look) throws ControlException {
        try {
            return look.run(queue.reader());
        } catch (QueueUnavailableException e) {
            throw new ControlException(kind(e), String.valueOf(e.getMessage()));
        } catch (QueueException e) {
            throw new ControlException(Kind.QUEUE, String.valueOf(e.getMessage()));
        }
    }

    private static Kind kind(QueueUnavailableException e) {
        return switch (e.reason()) {
            case IN_USE, UNUSABLE_DIRECTORY, OLDER_SCHEMA -> Kind.QUEUE;
            case DAMAGED, NEWER_SCHEMA -> Kind.DAMAGED;
        };
    }

    private ControlException notRunning(String what) {
        OptionalLong holder = queue.holder();
        if (holder.isPresent()) {
            return unresponsive(holder.getAsLong());
        }
        return new ControlException(
                Kind.NOT_RUNNING,
                "the relay is not running; " + what + " takes one that runs. Start it (systemctl start o365-relay) and"
                        + " try again");
    }

    private static ControlException unresponsive(long process) {
        return new ControlException(
                Kind.NOT_RUNNING,
                "a relay (process " + process
                        + ") has this queue, but does not answer here: it is starting or stopping;"
                        + " or its control socket was removed, then restart it (systemctl restart o365-relay). What"
                        + " is in the queue can be seen all the same: o365-relay queue list");
    }

    /// One that has the queue runs, although it cannot be asked.
    @Override
    public boolean isRunning() {
        return queue.holder().isPresent();
    }

    @Override
    public QueueSummary summary() throws ControlException {
        return query(QueueReader::summary);
    }

    @Override
    public Page find(MessageFilter selection, Page.Order order, @Nullable QueueId from, int most)
            throws ControlException {
        return query(reading -> reading.find(selection, order, from, most));
    }

    @Override
    public long count(MessageFilter selection) throws ControlException {
        return query(reading -> reading.count(selection));
    }

    @Override
    public Optional<QueueId> newest() throws ControlException {
        return query(QueueReader::newest);
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) throws ControlException {
        return query(reading -> reading.show(id));
    }

    @Override
    public InputStream content(MessageDetail message) throws ControlException {
        return query(reading -> reading.content(message));
    }

    @Override
    public ChangeResult change(Change change, MessageFilter selection) throws ControlException {
        throw notRunning("changing messages");
    }

    @Override
    public RelayStatus status() throws ControlException {
        OptionalLong holder = queue.holder();
        if (holder.isPresent()) {
            throw unresponsive(holder.getAsLong());
        }
        return query(reading -> {
            DiskCapacity capacity = queue.capacity(settings);
            Disk disk = new Disk(capacity.free(), capacity.minimumFree(), capacity.used(), capacity.maximum());
            return new RelayStatus(clock.instant(), null, reading.summary(), disk);
        });
    }

    @Override
    public boolean pause(EmailAddress mailbox) throws ControlException {
        throw notRunning("stopping a mailbox");
    }

    @Override
    public boolean resume(EmailAddress mailbox) throws ControlException {
        throw notRunning("resuming a mailbox");
    }

    @Override
    public void close() {
        // nothing is kept open
    }
}
