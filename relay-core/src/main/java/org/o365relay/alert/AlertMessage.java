package org.o365relay.alert;

import java.time.Instant;

/// A notification that an alert was raised or cleared.
///
/// @param at when the condition was first detected, or when the alert was cleared
/// @param isFirstEmail whether no email about this alert has been sent yet
record AlertMessage(Alert alert, boolean isCleared, Instant at, boolean isFirstEmail) {

    /// @return the event as given to the webhook and the command
    String event() {
        return isCleared ? "cleared" : "raised";
    }
}
