package org.o365relay.daemon.control;

import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// What an operator can ask of a relay and have it do. If none runs, it can be asked about its queue, and no more.
///
/// Every method throws a [ControlException] that says what is wrong and what to do.
public interface Control extends AutoCloseable {

    /// @return whether a relay runs
    boolean isRunning();

    QueueSummary summary() throws ControlException;

    /// @param from [Page#next()] of the page before; null for the first page
    /// @param most 1 to 1000
    Page find(MessageFilter selection, Page.Order order, @Nullable QueueId from, int most) throws ControlException;

    /// @return how many messages are selected
    long count(MessageFilter selection) throws ControlException;

    /// @return the newest message there is; empty if there is none
    Optional<QueueId> newest() throws ControlException;

    /// @return empty if it is not known, or no longer
    Optional<MessageDetail> show(QueueId id) throws ControlException;

    /// @return the original, byte for byte
    InputStream content(MessageDetail message) throws ControlException;

    /// Changes all that are selected and open.
    ChangeResult change(Change change, MessageFilter selection) throws ControlException;

    RelayStatus status() throws ControlException;

    /// Stops a mailbox: nothing leaves through it until it is resumed, also after a restart.
    ///
    /// @return false if it was stopped already
    boolean pause(EmailAddress mailbox) throws ControlException;

    /// Lets mail leave again, if it was stopped; and tries at once whether trouble of the mailbox is over.
    ///
    /// @return false if there was nothing to resume
    boolean resume(EmailAddress mailbox) throws ControlException;

    @Override
    void close();
}
