package org.o365relay.daemon.control;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.ResumeResult;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueSummary;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;

/// Read-only access to the queue of a relay that is not running or does not listen on its control socket.
final class OfflineControl implements Control {

    private final QueueSettings settings;
    private final ReadOnlyQueue queue;
    private final InstantSource clock;

    OfflineControl(QueueSettings settings, InstantSource clock) {
        this.settings = settings;
        this.queue = new ReadOnlyQueue(settings.directory(), clock);
        this.clock = clock;
    }

    @FunctionalInterface
    private interface Query<T> {
        T run(QueueReader reader) throws QueueUnavailableException;
    }

    private <T> T query(Query<T> query) throws ControlException {
        try {
            return query.run(queue.reader());
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
                "the relay is not running; " + what + " requires a running relay. Start it (systemctl start"
                        + " o365-relay) and try again");
    }

    private static ControlException unresponsive(long process) {
        return new ControlException(
                Kind.NOT_RUNNING,
                "a relay (process " + process
                        + ") uses this queue but does not answer: it is starting or stopping, or its control"
                        + " socket was removed. If this persists, restart it: systemctl restart o365-relay. To see the"
                        + " queue: o365-relay queue list");
    }

    /// @return whether a process has locked the queue, even if no process listens on the control socket
    @Override
    public boolean isRunning() {
        return queue.holder().isPresent();
    }

    @Override
    public QueueSummary summary() throws ControlException {
        return query(QueueReader::summary);
    }

    @Override
    public Page find(MessageFilter filter, Page.Order order, @Nullable QueueId from, int limit)
            throws ControlException {
        return query(reader -> reader.find(filter, order, from, limit));
    }

    @Override
    public long count(MessageFilter filter) throws ControlException {
        return query(reader -> reader.count(filter));
    }

    @Override
    public Optional<QueueId> newest() throws ControlException {
        return query(QueueReader::newest);
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) throws ControlException {
        return query(reader -> reader.show(id));
    }

    @Override
    public InputStream content(MessageDetail message) throws ControlException {
        return query(reader -> reader.content(message));
    }

    @Override
    public ChangeResult change(Change change, MessageFilter filter) throws ControlException {
        throw notRunning("changing messages");
    }

    @Override
    public RelayStatus status() throws ControlException {
        OptionalLong holder = queue.holder();
        if (holder.isPresent()) {
            throw unresponsive(holder.getAsLong());
        }
        return query(reader -> {
            DiskCapacity capacity = queue.capacity(settings);
            Disk disk = new Disk(capacity.free(), capacity.minimumFree(), capacity.used(), capacity.maximum());
            return new RelayStatus(clock.instant(), null, reader.summary(), disk);
        });
    }

    @Override
    public boolean pause(EmailAddress mailbox) throws ControlException {
        throw notRunning("pausing a mailbox");
    }

    @Override
    public ResumeResult resume(EmailAddress mailbox) throws ControlException {
        throw notRunning("resuming a mailbox");
    }

    @Override
    public ResumeResult retry(EmailAddress mailbox) throws ControlException {
        throw notRunning("probing a mailbox");
    }

    @Override
    public ReloadResult reload(Path file, boolean compareOnly) throws ControlException {
        ControlException notRunning =
                notRunning(compareOnly ? "comparing its configuration" : "reloading the configuration");
        throw new ControlException(
                notRunning.kind(),
                notRunning.getMessage() + ". If data-directory or control was changed in " + file
                        + " while the relay runs, restart it: systemctl restart o365-relay");
    }

    @Override
    public void close() {
        // no connection to close
    }
}
