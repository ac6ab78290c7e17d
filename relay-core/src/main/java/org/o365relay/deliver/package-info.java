/// The back half: takes due messages from the queue, rewrites them, hands them to the upstream, and settles
/// what the upstream said. Nobody waits on it; every answer is one of delivered, deferred, failed.
///
/// [org.o365relay.deliver.FailurePolicy] is the one place where a reply becomes an outcome and a scope.
@NullMarked
package org.o365relay.deliver;

import org.jspecify.annotations.NullMarked;
