/// Credentials: what a mailbox signs in with, and the access tokens that are had for it. Secrets are a type that hides
/// itself.
@NullMarked
package org.o365relay.identity;

import org.jspecify.annotations.NullMarked;
