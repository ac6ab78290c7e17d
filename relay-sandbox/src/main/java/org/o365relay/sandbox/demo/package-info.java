/// The demo: sends sample messages through a relay into the sandbox and prints each message as sent and as
/// received. Of the relay, the demo knows only its address and its mailbox.
@NullMarked
package org.o365relay.sandbox.demo;

import org.jspecify.annotations.NullMarked;
