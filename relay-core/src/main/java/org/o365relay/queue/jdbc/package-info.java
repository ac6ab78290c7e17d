/// Stores the queue in a database. [JdbcQueue] provides the interfaces of the queue.
///
/// One [Committer] writes: it combines the writes of all callers in one transaction and syncs once (group
/// commit). Readers have their own connections and see only committed data. Each `…Tables` class runs the
/// statements for a group of tables; each `Jdbc…` class implements one or more interfaces of the queue.
///
/// The SQL in this package is the same for all database systems. Differences between the systems are hidden
/// behind [Dialect]; this package must not refer to implementations of that interface.
@NullMarked
package org.o365relay.queue.jdbc;

import org.jspecify.annotations.NullMarked;
