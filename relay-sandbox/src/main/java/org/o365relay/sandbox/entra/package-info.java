/// A stand-in for the token service of Microsoft Entra: client credentials with a secret or a certificate, the
/// device code flow, rotating refresh tokens, and a managed identity. Its tokens look like Entra's, are valid
/// only in this sandbox, and are kept in memory. The package does not depend on its callers.
@NullMarked
package org.o365relay.sandbox.entra;

import org.jspecify.annotations.NullMarked;
