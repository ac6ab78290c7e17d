/// Delivery: claims due messages, rewrites them, sends them to the upstream and settles the result,
/// independently of SMTP sessions. Each attempt ends as delivered, deferred or failed for every recipient.
///
/// 1. [org.o365relay.deliver.Dispatcher] waits for an `AttemptPermit` for each message that may be sent now,
///    claims the messages, and delivers each message on its own thread.
/// 2. [org.o365relay.deliver.Delivery] makes the attempt: the upstream returns a `Response` for each recipient,
///    and [org.o365relay.deliver.FailurePolicy] turns each response into a `Verdict`. No other class does so.
///    `Attempt` holds the verdicts of all recipients.
/// 3. `AttemptEvaluator` decides whether the message or its upstream is at fault, and updates the health of the
///    upstream.
/// 4. `SettlementPlanner` decides what to record; `SettlementWriter` commits this `Settlement` together with
///    its notices, and writes to the journal.
@NullMarked
package org.o365relay.deliver;

import org.jspecify.annotations.NullMarked;
