package org.o365relay.queue.jdbc;

import java.time.Instant;
import java.util.List;
import org.o365relay.mail.AddressKey;
import org.o365relay.queue.PausedMailbox;
import org.o365relay.queue.PausedMailboxes;

/// Stores the keys of the addresses of paused mailboxes.
record JdbcPausedMailboxes(Store store) implements PausedMailboxes {

    @Override
    public boolean pause(String mailbox, Instant at, String by) {
        return store.committer()
                .write(statements ->
                        statements.update("pause-mailbox", AddressKey.ofName(mailbox), at.toEpochMilli(), by) > 0);
    }

    @Override
    public boolean resume(String mailbox) {
        return store.committer()
                .write(statements -> statements.update("resume-mailbox", AddressKey.ofName(mailbox)) > 0);
    }

    @Override
    public List<PausedMailbox> all() {
        return store.readers()
                .read(statements -> statements.list(
                        "paused-mailboxes",
                        row -> new PausedMailbox(
                                row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getString(3))));
    }
}
