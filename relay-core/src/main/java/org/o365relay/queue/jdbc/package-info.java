/// The queue in a database. [JdbcQueue] gives out the ports.
///
/// One [Committer] writes: it combines the writes of all callers in one transaction and syncs once (group
/// commit). Readers have connections of their own and see committed data only. The `…Tables` classes hold the
/// statements of a group of tables; a `Jdbc…` class implements a port with them.
///
/// The SQL is the same for all database systems; what differs is behind [Dialect], and this package must not
/// know the implementation.
@NullMarked
package org.o365relay.queue.jdbc;

import org.jspecify.annotations.NullMarked;
