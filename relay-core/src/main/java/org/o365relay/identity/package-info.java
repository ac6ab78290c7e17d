/// Signs in to Microsoft Entra: credentials of mailboxes, and access tokens for them. Secrets have a type that
/// hides their value.
@NullMarked
package org.o365relay.identity;

import org.jspecify.annotations.NullMarked;
