/// The health of one mailbox and its upstreams: which upstream is used, when it is suspended, when it is probed,
/// and when the mailbox is blocked. Knows nothing of messages, the queue or the transports.
@NullMarked
package org.o365relay.deliver.health;

import org.jspecify.annotations.NullMarked;
