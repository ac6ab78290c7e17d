/// The demonstration: a few messages as devices send them, through a relay, into the sandbox, each shown as it
/// was sent and as it arrived. It knows the relay only as something that listens.
@NullMarked
package org.o365relay.daemon.demo;

import org.jspecify.annotations.NullMarked;
