package org.o365relay.alert;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Sends emails to the admin without using the queue or a mailbox.
@FunctionalInterface
interface AlertMailer {

    /// Sends an email soon, with retries. Never blocks.
    ///
    /// @param isNeeded whether the email is still needed; checked before each retry
    /// @param done called once, on another thread, with true if the email was sent
    void offer(AlertMessage message, BooleanSupplier isNeeded, Consumer<Boolean> done);
}
