package org.o365relay.alert;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Sends emails to the admin without the queue and its mailboxes.
@FunctionalInterface
interface AlertMailer {

    /// Sends an email soon, with retries. Never blocks.
    ///
    /// @param isNeeded whether the email is still needed; checked before each retry
    /// @param done called once, by another thread, with whether the email was sent
    void offer(AlertMessage message, BooleanSupplier isNeeded, Consumer<Boolean> done);
}
