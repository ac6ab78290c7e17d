package org.o365relay.queue.jdbc;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.o365relay.queue.PausedMailbox;
import org.o365relay.queue.PausedMailboxes;

/// Stores the addresses of paused mailboxes in lower case.
record JdbcPausedMailboxes(Store store) implements PausedMailboxes {

    @Override
    public boolean pause(String mailbox, Instant at, String by) {
        return store.committer()
                .write(statements -> statements.update("pause-mailbox", lowerCase(mailbox), at.toEpochMilli(), by) > 0);
    }

    @Override
    public boolean resume(String mailbox) {
        return store.committer().write(statements -> statements.update("resume-mailbox", lowerCase(mailbox)) > 0);
    }

    @Override
    public List<PausedMailbox> all() {
        return store.readers()
                .read(statements -> statements.list(
                        "paused-mailboxes",
                        row -> new PausedMailbox(
                                row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getString(3))));
    }

    private static String lowerCase(String mailbox) {
        return mailbox.toLowerCase(Locale.ROOT);
    }
}
