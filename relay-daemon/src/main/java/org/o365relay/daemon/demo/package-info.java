/// The relay of the demo, in the same process. The rest of the demo is in relay-sandbox.
@NullMarked
package org.o365relay.daemon.demo;

import org.jspecify.annotations.NullMarked;
