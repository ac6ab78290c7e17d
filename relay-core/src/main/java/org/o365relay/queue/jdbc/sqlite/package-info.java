/// Everything about the queue that is specific to SQLite: connections and their settings, schema and upgrades,
/// checkpoints and free pages, error codes, the files in the data directory and their lock, access by other
/// processes, and the recovery of damaged files. [SqliteQueue] opens the queue of a running relay.
@NullMarked
package org.o365relay.queue.jdbc.sqlite;

import org.jspecify.annotations.NullMarked;
