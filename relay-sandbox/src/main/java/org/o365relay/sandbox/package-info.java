/// A local stand-in for Microsoft 365: client submission and an MX on SubEthaSMTP, Microsoft Graph, and (in
/// `entra`) the token service. The demo and tests use it, and admins can test devices and a relay against it.
/// The sandbox does not depend on the relay.
@NullMarked
package org.o365relay.sandbox;

import org.jspecify.annotations.NullMarked;
