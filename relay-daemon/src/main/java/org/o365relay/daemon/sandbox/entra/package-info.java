/// A stand-in for the token service of Microsoft Entra: client credentials with a secret or a certificate, the
/// device code flow, rotating refresh tokens, managed identity. Tokens look real and are good here only; they are kept
/// in memory. It must not know who uses it.
@NullMarked
package org.o365relay.daemon.sandbox.entra;

import org.jspecify.annotations.NullMarked;
