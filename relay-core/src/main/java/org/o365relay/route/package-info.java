/// Routing: selects the mailbox or pool and the priority for each recipient. All functions are pure.
@NullMarked
package org.o365relay.route;

import org.jspecify.annotations.NullMarked;
