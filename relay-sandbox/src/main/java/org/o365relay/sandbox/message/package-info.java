/// Accepted messages: their content while it arrives, their files, and the list that callers can wait on. The
/// package does not depend on the services that accept the messages.
@NullMarked
package org.o365relay.sandbox.message;

import org.jspecify.annotations.NullMarked;
