/// Sending limits of an account: messages per minute, concurrent attempts, recipients per day. Mailboxes that
/// sign in with the same account share these limits. This package depends on neither messages nor upstreams.
@NullMarked
package org.o365relay.deliver.limits;

import org.jspecify.annotations.NullMarked;
