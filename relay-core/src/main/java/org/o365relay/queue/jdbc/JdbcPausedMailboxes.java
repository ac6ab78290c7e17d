package org.o365relay.queue.jdbc;

import java.time.Instant;
import java.util.List;
import org.o365relay.queue.PausedMailbox;
import org.o365relay.queue.PausedMailboxes;

/// Stores paused mailboxes in their table.
record JdbcPausedMailboxes(Store store) implements PausedMailboxes {

    @Override
    public boolean pause(String mailbox, Instant at, String by) {
        return store.committer().write(statements -> StateTables.pause(statements, new PausedMailbox(mailbox, at, by)));
    }

    @Override
    public boolean resume(String mailbox) {
        return store.committer().write(statements -> StateTables.resume(statements, mailbox));
    }

    @Override
    public List<PausedMailbox> all() {
        return store.readers().read(StateTables::paused);
    }
}
