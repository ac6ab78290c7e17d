package org.o365relay.alert;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Something that is wrong just now, as whoever has found it says.
///
/// @param name the same for the same trouble: `lane-paused relay@contoso.com`
/// @param subject what is wrong, in a few words
/// @param text what is wrong, in a sentence or two
/// @param advice what to do; may be empty
/// @param mailbox the one in trouble, through which a letter about it should rather not go; null if it is
///     another thing
/// @param raiseAfter how long it has to last before it is told; null for the usual time
/// @param clearAfter it is over when it was not found again for so long; null: when somebody says so
/// @param reporting where it stands already
public record AlertCondition(
        String name,
        String subject,
        String text,
        String advice,
        @Nullable EmailAddress mailbox,
        @Nullable Duration raiseAfter,
        @Nullable Duration clearAfter,
        Reporting reporting) {

    /// Where the admin can read of it besides.
    public enum Reporting {
        /// Nowhere, so the board writes it into the log.
        NONE,
        /// In the journal.
        LOGGED,
        /// In the journal, and there is a letter about it.
        LOGGED_AND_MAILED,
        /// It was told before a restart, and nobody has found it again yet.
        RESTORED
    }
}
