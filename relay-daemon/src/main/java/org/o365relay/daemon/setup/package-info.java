/// The first configuration: asks what has to be known, and writes `relay.conf`, the secrets' own files and the script
/// the tenant's administrator runs. Connects to nothing, and shows no secret.
@NullMarked
package org.o365relay.daemon.setup;

import org.jspecify.annotations.NullMarked;
