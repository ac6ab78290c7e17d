/// Delivery: claims due messages, rewrites them, sends them to the upstream and settles the result,
/// independently of the SMTP sessions. Each attempt ends as delivered, deferred or failed for every recipient.
///
/// [org.o365relay.deliver.FailurePolicy] alone turns a reply into an outcome and a scope.
@NullMarked
package org.o365relay.deliver;

import org.jspecify.annotations.NullMarked;
