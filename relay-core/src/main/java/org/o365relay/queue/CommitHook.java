package org.o365relay.queue;

import java.sql.SQLException;

/// Something that is written along with whatever is written, in the same transaction, and so without a sync of
/// its own. Called by the writer's thread alone.
interface CommitHook {

    /// Nobody.
    CommitHook NONE = new CommitHook() {
        @Override
        public void write(Statements statements) {}

        @Override
        public void written() {}
    };

    /// The rider had trouble of its own: the transaction is to be done again without it, and it will then not
    /// write anything for a while.
    final class HookFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        HookFailed(Exception cause) {
            super(cause);
        }
    }

    /// The last thing before the commit.
    ///
    /// @throws SQLException if the disk fails; the transaction must not be committed
    /// @throws HookFailed if it is not the disk that fails; the transaction must not be committed, either
    void write(Statements statements) throws SQLException;

    /// What was written last has been committed.
    void written();
}
