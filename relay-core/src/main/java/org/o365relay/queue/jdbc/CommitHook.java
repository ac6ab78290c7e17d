package org.o365relay.queue.jdbc;

import java.sql.SQLException;

/// Writes into every transaction of the [Committer], and so needs no sync of its own. Called on the writer's
/// thread only.
interface CommitHook {

    /// A hook that writes nothing.
    CommitHook NONE = new CommitHook() {
        @Override
        public void write(Statements statements) {}

        @Override
        public void written() {}
    };

    /// The hook failed, not the disk: the transaction is repeated, and the hook then writes nothing for a
    /// while.
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

    /// Called after the commit of the last [#write].
    void written();
}
