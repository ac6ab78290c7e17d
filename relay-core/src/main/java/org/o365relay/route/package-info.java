/// Which mailbox, or pool of mailboxes, a message leaves through, and what overtakes what. Pure: the same
/// question gets the same answer.
@NullMarked
package org.o365relay.route;

import org.jspecify.annotations.NullMarked;
