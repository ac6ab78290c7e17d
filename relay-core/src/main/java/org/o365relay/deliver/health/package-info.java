/// The health of one mailbox and its upstreams: which upstream is used, when an upstream is suspended and
/// probed, and when the mailbox is blocked (`docs/delivery.md`).
///
/// [org.o365relay.deliver.health.HealthTransition] is a pure function from health, event and time to the next
/// health and the events to report; [org.o365relay.deliver.health.UpstreamFailover] holds the health, and wakes
/// the threads that wait for it to change. [org.o365relay.deliver.health.FaultAttribution] decides whether a
/// message or its upstream is at fault; [org.o365relay.deliver.health.Breakers] delay mail after repeated
/// refusals.
///
/// This package must not depend on the content of messages, the queue or the transports.
@NullMarked
package org.o365relay.deliver.health;

import org.jspecify.annotations.NullMarked;
