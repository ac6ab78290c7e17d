/// Notices about deliveries: DSNs about settled recipients ([org.o365relay.deliver.notify.DsnComposer]),
/// committed with the settlement; delay notices and digests of suppressed notices
/// ([org.o365relay.deliver.notify.NoticeScheduler]), sent by a separate loop. Limits the notices per device.
///
/// This package does not depend on how messages are delivered.
@NullMarked
package org.o365relay.deliver.notify;

import org.jspecify.annotations.NullMarked;
