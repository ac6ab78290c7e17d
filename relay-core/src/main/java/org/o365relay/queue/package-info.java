/// Keeps what the relay said 250 to, and says when it is due.
///
/// What [org.o365relay.queue.MessageQueue] has committed survives kill -9, power loss and a full disk. The
/// original is kept byte for byte until every recipient is settled. Writes of all callers are put into one
/// transaction and synced once (group commit). States and guarantees: `docs/queue.md`.
///
/// The only package that imports `java.sql`. It must not know SMTP, rewriting or Exchange.
@NullMarked
package org.o365relay.queue;

import org.jspecify.annotations.NullMarked;
