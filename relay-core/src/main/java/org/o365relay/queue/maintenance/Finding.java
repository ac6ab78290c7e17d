package org.o365relay.queue.maintenance;

/// A problem or remark found by [QueueVerifier].
///
/// @param text one line for the operator
public record Finding(Kind kind, String text) {

    /// Consequence of a finding for queued mail.
    public enum Kind {
        /// The database file is damaged: a page cannot be read, an index does not match its table, a table,
        /// column or index is missing, or the schema has an object that is not part of a queue. A repair
        /// copies everything that can be read into a new file.
        FILE,
        /// A message cannot be delivered: its rows or its content are damaged or missing. A repair copies the
        /// readable parts to quarantine and puts the message on hold. Content that belongs to no message is
        /// copied to quarantine and then deleted.
        MESSAGE,
        /// Some rows contradict each other, contain an invalid value or belong to no message. A repair fixes or
        /// deletes them.
        INCONSISTENCY,
        /// Information only; no repair is needed.
        NOTE
    }

    /// @return whether a repair is needed
    public boolean isDamage() {
        return kind != Kind.NOTE;
    }
}
