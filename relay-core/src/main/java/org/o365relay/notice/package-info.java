/// Failure notices, and reports of what was relayed (RFC 3464). Composes bytes; committing and sending them is
/// the queue's and the dispatcher's.
@NullMarked
package org.o365relay.notice;

import org.jspecify.annotations.NullMarked;
