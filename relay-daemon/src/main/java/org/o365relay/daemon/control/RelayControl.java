package org.o365relay.daemon.control;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.OperationException;
import org.o365relay.Operations;
import org.o365relay.RelayStatus;
import org.o365relay.ResumeResult;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueSummary;

/// Controls the relay in this process on behalf of a user.
public final class RelayControl implements Control {

    private final Operations operations;
    private final String version;
    private final String user;
    private final Reloading reloading;

    /// @param version version of the relay
    /// @param user name of the user, recorded with each change in the history and in the log
    /// @param reloading reloads the configuration
    public RelayControl(Operations operations, String version, String user, Reloading reloading) {
        this.operations = operations;
        this.version = version;
        this.user = user;
        this.reloading = reloading;
    }

    @FunctionalInterface
    private interface Operation<T extends @Nullable Object> {
        T run() throws OperationException;
    }

    private static <T extends @Nullable Object> T call(Operation<T> operation) throws ControlException {
        try {
            return operation.run();
        } catch (OperationException e) {
            throw new ControlException(Kind.BAD_REQUEST, String.valueOf(e.getMessage()));
        } catch (QueueException e) {
            throw new ControlException(
                    e.isDamage() ? Kind.DAMAGED : Kind.QUEUE, "the queue cannot be used: " + e.getMessage());
        }
    }

    @Override
    public boolean isRunning() {
        return true;
    }

    @Override
    public QueueSummary summary() throws ControlException {
        return call(operations.reader()::summary);
    }

    @Override
    public Page find(MessageFilter filter, Page.Order order, @Nullable QueueId from, int limit)
            throws ControlException {
        return call(() -> operations.reader().find(filter, order, from, limit));
    }

    @Override
    public long count(MessageFilter filter) throws ControlException {
        return call(() -> operations.reader().count(filter));
    }

    @Override
    public Optional<QueueId> newest() throws ControlException {
        return call(operations.reader()::newest);
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) throws ControlException {
        return call(() -> operations.reader().show(id));
    }

    @Override
    public InputStream content(MessageDetail message) throws ControlException {
        return call(() -> operations.reader().content(message));
    }

    @Override
    public ChangeResult change(Change change, MessageFilter filter) throws ControlException {
        return call(() -> operations.change(change, filter, user));
    }

    @Override
    public RelayStatus status() throws ControlException {
        return call(() -> operations.status(version));
    }

    @Override
    public boolean pause(EmailAddress mailbox) throws ControlException {
        return call(() -> operations.pause(mailbox, user));
    }

    @Override
    public ResumeResult resume(EmailAddress mailbox) throws ControlException {
        return call(() -> operations.resume(mailbox, user));
    }

    @Override
    public ResumeResult retry(EmailAddress mailbox) throws ControlException {
        return call(() -> operations.retry(mailbox, user));
    }

    @Override
    public ReloadResult reload(Path file, boolean compareOnly) throws ControlException {
        return reloading.run(file, compareOnly, user);
    }

    @Override
    public void close() {
        // the relay keeps running
    }
}
