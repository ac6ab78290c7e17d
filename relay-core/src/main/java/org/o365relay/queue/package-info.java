/// Stores accepted messages durably until they are delivered, and schedules their delivery.
///
/// A message that [org.o365relay.queue.MessageQueue] has committed survives `kill -9`, power loss and a full
/// disk. The original content is kept byte for byte until every recipient is settled. The writes of all callers
/// are combined in one transaction and synced once (group commit). `docs/queue.md` lists the states and their
/// guarantees.
///
/// This is the only package that imports `java.sql`. It must not depend on SMTP, rewriting or Exchange.
@NullMarked
package org.o365relay.queue;

import org.jspecify.annotations.NullMarked;
