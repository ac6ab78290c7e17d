/// Routing: selects the mailbox or pool and the priority for each recipient. Before that, the rewriting rules
/// add and redirect recipients, and decide on changes to the header, which the rewriter makes. All functions
/// are pure.
@NullMarked
package org.o365relay.route;

import org.jspecify.annotations.NullMarked;
