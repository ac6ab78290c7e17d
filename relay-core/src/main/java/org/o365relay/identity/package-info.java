/// Credentials: what a mailbox signs in with. Secrets are a type that hides itself.
@NullMarked
package org.o365relay.identity;

import org.jspecify.annotations.NullMarked;
