/// Composes delivery status notifications (RFC 3464), digests and emails to the admin. The package returns
/// complete messages; the queue stores them and the dispatcher sends them.
@NullMarked
package org.o365relay.notice;

import org.jspecify.annotations.NullMarked;
