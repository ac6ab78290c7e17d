/// Tells the admin that something is wrong, and that it is right again: by a letter, by a webhook, and in
/// `o365-relay status`. Knows nothing of how the trouble was found.
@NullMarked
package org.o365relay.alert;

import org.jspecify.annotations.NullMarked;
