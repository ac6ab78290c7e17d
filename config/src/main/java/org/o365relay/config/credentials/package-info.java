/// Reads credentials and secrets. No error or warning text contains a secret.
@NullMarked
package org.o365relay.config.credentials;

import org.jspecify.annotations.NullMarked;
