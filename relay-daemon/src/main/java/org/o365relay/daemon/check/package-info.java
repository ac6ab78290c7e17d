/// Would mail leave? Walks every road of every mailbox as far as it can be walked without sending anything, and says
/// where
/// it ends, why, and what to do.
@NullMarked
package org.o365relay.daemon.check;

import org.jspecify.annotations.NullMarked;
