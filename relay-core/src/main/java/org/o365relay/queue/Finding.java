package org.o365relay.queue;

/// Something that a look at a whole queue has found.
///
/// @param text in plain words, one line
public record Finding(Kind kind, String text) {

    /// What it means for the mail.
    public enum Kind {
        /// The file itself: pages that cannot be read, an index that does not agree with its table, a table that is not
        /// there. A repair makes a new one of everything that can be read.
        FILE,
        /// A message that cannot be delivered as it is: its row makes no sense, or its content is not whole. A repair
        /// puts it in quarantine and on hold.
        MESSAGE,
        /// Something that belongs to nothing, or that does not agree with something else, and costs no mail. A repair
        /// clears it up.
        INCONSISTENCY,
        /// Good to know. A repair leaves it as it is.
        NOTE
    }

    /// @return whether there is something to repair
    public boolean isDamage() {
        return kind != Kind.NOTE;
    }
}
