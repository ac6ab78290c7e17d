/// The demo: sends sample messages through a relay into the sandbox and prints each message as sent and as
/// received. The demo needs only the address and the mailbox of the relay.
@NullMarked
package org.o365relay.sandbox.demo;

import org.jspecify.annotations.NullMarked;
