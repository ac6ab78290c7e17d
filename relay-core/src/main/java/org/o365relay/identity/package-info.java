/// Signs in to Microsoft Entra: the credentials of mailboxes, and their access tokens. Secrets have a type that
/// hides their value.
@NullMarked
package org.o365relay.identity;

import org.jspecify.annotations.NullMarked;
