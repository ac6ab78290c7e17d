package org.o365relay.alert;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Sends emails to the admin without the queue and its mailboxes.
@FunctionalInterface
interface AlertMailer {

    /// Sends an email soon, with retries. Never blocks.
    ///
    /// @param isNeeded whether the email is still needed; asked before each retry
    /// @param done receives whether the email was sent, once; called by another thread
    void offer(AlertMessage message, BooleanSupplier isNeeded, Consumer<Boolean> done);
}
