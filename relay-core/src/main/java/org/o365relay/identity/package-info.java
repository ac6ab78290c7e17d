/// Signs in to Microsoft Entra: the credentials of mailboxes, and their access tokens. Secrets are never
/// logged: their type hides their value.
@NullMarked
package org.o365relay.identity;

import org.jspecify.annotations.NullMarked;
