/// Accepted messages: their content while it arrives, their files, and the list that callers can wait on. Does not know
/// by which service a message arrived.
@NullMarked
package org.o365relay.sandbox.message;

import org.jspecify.annotations.NullMarked;
