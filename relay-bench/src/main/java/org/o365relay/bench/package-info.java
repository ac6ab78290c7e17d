/// Load, latency, footprint and crash measurements. Not shipped.
@NullMarked
package org.o365relay.bench;

import org.jspecify.annotations.NullMarked;
