package org.o365relay.queue.jdbc;

import java.sql.SQLException;

/// Adds writes to every transaction of the [Committer], so that they need no separate sync. The committer calls
/// these methods only on the writer's thread.
interface CommitHook {

    /// A hook that writes nothing.
    CommitHook NONE = new CommitHook() {
        @Override
        public void write(Statements statements) {}

        @Override
        public void written() {}
    };

    /// Thrown if the hook fails for a reason other than a disk failure. The committer then repeats the
    /// transaction, in which the hook must not write anything.
    final class HookFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        HookFailed(Exception cause) {
            super(cause);
        }
    }

    /// Called just before the commit.
    ///
    /// @throws SQLException if the disk fails; the transaction must be rolled back
    /// @throws HookFailed if the hook fails for any other reason; the transaction must be rolled back
    void write(Statements statements) throws SQLException;

    /// Called after the transaction of the last [#write] has been committed.
    void written();
}
