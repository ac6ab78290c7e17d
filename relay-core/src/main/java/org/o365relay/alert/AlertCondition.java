package org.o365relay.alert;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// A condition that raises an alert.
///
/// @param name name of the alert ([AlertKind]), such as `mailbox-blocked relay@contoso.com`
/// @param subject the problem in a few words, without a full stop
/// @param text the problem in one to three sentences
/// @param advice what to do; may be empty
/// @param mailbox the affected mailbox; the alert email is sent by a mailbox with another account if possible;
///     null if no mailbox is affected
/// @param raiseAfter how long the condition must last before it is reported; null for the configured delay
/// @param clearAfter time after which the alert is cleared if the condition is not detected again; null if the
///     alert is only cleared explicitly
/// @param reporting how the condition is reported in addition to the alert
public record AlertCondition(
        String name,
        String subject,
        String text,
        String advice,
        @Nullable EmailAddress mailbox,
        @Nullable Duration raiseAfter,
        @Nullable Duration clearAfter,
        Reporting reporting) {

    /// How a condition is reported in addition to the alert.
    public enum Reporting {
        /// No other report; the alert itself is logged.
        NONE,
        /// The condition is also reported by an event in the log.
        LOGGED,
        /// The condition is also reported by an event in the log and by a separate email.
        LOGGED_AND_MAILED,
        /// Unknown: the condition was reported before a restart and has not been detected again yet.
        RESTORED
    }
}
