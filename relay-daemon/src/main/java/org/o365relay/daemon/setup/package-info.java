/// Creates the initial configuration: asks the user for the settings, then writes `relay.conf`, the secret
/// files, the certificate and the script for the tenant administrator. Opens no network connection and prints
/// no secret.
@NullMarked
package org.o365relay.daemon.setup;

import org.jspecify.annotations.NullMarked;
