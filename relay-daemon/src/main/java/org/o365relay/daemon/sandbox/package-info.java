/// A stand-in for Microsoft 365: client submission and an MX on SubEthaSMTP, Microsoft Graph, and (in `entra`) the
/// sign-in service; for the demo, for tests, and to try devices and a relay against. It must not know the relay.
@NullMarked
package org.o365relay.daemon.sandbox;

import org.jspecify.annotations.NullMarked;
