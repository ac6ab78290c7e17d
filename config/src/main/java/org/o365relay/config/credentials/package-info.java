/// Reads credentials and secrets. No message contains a secret.
@NullMarked
package org.o365relay.config.credentials;

import org.jspecify.annotations.NullMarked;
