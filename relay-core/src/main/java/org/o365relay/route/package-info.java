/// Routing: selects the mailbox or pool and the priority of each recipient. Pure functions.
@NullMarked
package org.o365relay.route;

import org.jspecify.annotations.NullMarked;
