/// Signs in to Microsoft Entra: credentials of mailboxes, and access tokens for them. Secrets are a type that hides
/// itself.
@NullMarked
package org.o365relay.identity;

import org.jspecify.annotations.NullMarked;
