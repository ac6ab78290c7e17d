/// The queue in a database. [JdbcQueue] provides its interfaces.
///
/// One [Committer] writes: it combines the writes of all callers in one transaction and syncs once (group
/// commit). Readers have connections of their own and see committed data only. Each `…Tables` class runs the
/// statements for a group of tables; each `Jdbc…` class uses them to implement an interface of the queue.
///
/// The SQL is the same for all database systems. Differences are hidden behind [Dialect], whose implementations
/// this package must not know.
@NullMarked
package org.o365relay.queue.jdbc;

import org.jspecify.annotations.NullMarked;
