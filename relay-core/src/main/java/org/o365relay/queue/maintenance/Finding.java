package org.o365relay.queue.maintenance;

/// A finding of a check of the whole queue.
///
/// @param text one line for the operator
public record Finding(Kind kind, String text) {

    /// What the finding means for the mail.
    public enum Kind {
        /// The database file is damaged: a page cannot be read, an index does not match its table, or a table
        /// is missing. A repair copies everything that can be read into a new file.
        FILE,
        /// A message cannot be delivered: its row is damaged or its content incomplete. A repair puts it in
        /// quarantine and on hold.
        MESSAGE,
        /// Rows that contradict each other or belong to no message. No mail is lost; a repair fixes them.
        INCONSISTENCY,
        /// For information. A repair changes nothing.
        NOTE
    }

    /// @return whether a repair is needed
    public boolean isDamage() {
        return kind != Kind.NOTE;
    }
}
