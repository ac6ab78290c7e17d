/// Reads credentials and secrets. A secret appears in no message.
@NullMarked
package org.o365relay.config.credentials;

import org.jspecify.annotations.NullMarked;
