/// Creates the initial configuration: asks the user, then writes `relay.conf`, the secret files and the script for the
/// administrator of the tenant. Opens no network connection and prints no secret.
@NullMarked
package org.o365relay.daemon.setup;

import org.jspecify.annotations.NullMarked;
