package org.o365relay.alert;

/// Notifies the admin or a monitoring system without the queue and its mailboxes.
interface AlertChannel extends AutoCloseable {

    /// @return key of the channel in the section `relay.alerts` of the configuration, such as `webhook`
    String key();

    /// Makes one attempt.
    ///
    /// @return why the attempt failed; empty on success
    String send(AlertMessage message) throws InterruptedException;

    @Override
    default void close() {}
}
