/// A stand-in for Office 365 client submission, on SubEthaSMTP: for the demo, for tests, and to try devices
/// against. It must not know the relay.
@NullMarked
package org.o365relay.daemon.sandbox;

import org.jspecify.annotations.NullMarked;
