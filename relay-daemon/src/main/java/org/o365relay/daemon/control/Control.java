package org.o365relay.daemon.control;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.ResumeResult;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// Queries and controls a relay. If the relay is not running, only its queue and disk usage can be queried.
///
/// A method that fails throws a [ControlException] that states what is wrong and what to do.
public interface Control extends AutoCloseable {

    /// @return whether a relay is running
    boolean isRunning();

    QueueSummary summary() throws ControlException;

    /// @param from [Page#next()] of the previous page; null for the first page
    /// @param limit 1 to 1000
    Page find(MessageFilter filter, Page.Order order, @Nullable QueueId from, int limit) throws ControlException;

    /// @return the number of messages that match
    long count(MessageFilter filter) throws ControlException;

    /// @return the queue ID of the newest message; empty if there is no message
    Optional<QueueId> newest() throws ControlException;

    /// @return the message and its history; empty if the message does not exist or its history has expired
    Optional<MessageDetail> show(QueueId id) throws ControlException;

    /// @return the message as received, byte for byte
    InputStream content(MessageDetail message) throws ControlException;

    /// Changes the matching messages to which the change applies, except messages that are being delivered.
    ChangeResult change(Change change, MessageFilter filter) throws ControlException;

    RelayStatus status() throws ControlException;

    /// Pauses a mailbox: the relay starts no delivery through the mailbox until it is resumed, even after a
    /// restart.
    ///
    /// @return false if the mailbox was already paused
    boolean pause(EmailAddress mailbox) throws ControlException;

    /// Resumes a mailbox if it is paused. Probes the mailbox, if it is blocked, and its suspended upstreams
    /// now, regardless of their schedule. A block by the relay's own daily quota lasts until the quota
    /// allows further recipients.
    ///
    /// @return whether the mailbox was paused, and the requested probes of the mailbox and its upstreams
    ResumeResult resume(EmailAddress mailbox) throws ControlException;

    /// Probes a blocked mailbox and its suspended upstreams now, regardless of their schedule. A block
    /// by the relay's own daily quota lasts until the quota allows further recipients. Fails if the mailbox is
    /// paused.
    ///
    /// @return the requested probes of the mailbox and its upstreams
    ResumeResult retry(EmailAddress mailbox) throws ControlException;

    /// Reloads the configuration file of the running relay.
    ///
    /// @param file absolute path of the file that the relay is expected to use
    /// @param compareOnly whether to report the differences without changing anything
    ReloadResult reload(Path file, boolean compareOnly) throws ControlException;

    @Override
    void close();
}
