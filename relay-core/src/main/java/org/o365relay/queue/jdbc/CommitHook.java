package org.o365relay.queue.jdbc;

import java.sql.SQLException;

/// Adds its writes to every transaction of the [Committer], so that they need no sync of their own. Called only
/// on the writer's thread.
interface CommitHook {

    /// A hook that writes nothing.
    CommitHook NONE = new CommitHook() {
        @Override
        public void write(Statements statements) {}

        @Override
        public void written() {}
    };

    /// Thrown if the hook fails for a reason other than the disk. The committer then repeats the transaction;
    /// the hook must not write to the repeated transaction.
    final class HookFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        HookFailed(Exception cause) {
            super(cause);
        }
    }

    /// Called just before the commit.
    ///
    /// @throws SQLException if the disk fails; the transaction must be rolled back
    /// @throws HookFailed if something other than the disk fails; the transaction must be rolled back
    void write(Statements statements) throws SQLException;

    /// Called after the transaction of the last [#write] has been committed.
    void written();
}
