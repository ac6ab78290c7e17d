/// A local stand-in for Microsoft 365. [org.o365relay.sandbox.Sandbox] starts client submission and, if
/// enabled, an MX (`smtp`), Microsoft Graph (`graph`) and the token service (`entra`). The demo and the tests
/// use the sandbox, and admins can test devices and a relay with it. The sandbox does not depend on the relay.
@NullMarked
package org.o365relay.sandbox;

import org.jspecify.annotations.NullMarked;
