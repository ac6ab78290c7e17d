/// The content of messages while it arrives, the files of accepted messages, and a list of accepted messages
/// that lets callers wait for the next one. The package does not depend on the services that accept the
/// messages.
@NullMarked
package org.o365relay.sandbox.message;

import org.jspecify.annotations.NullMarked;
