package org.o365relay.identity;

import java.time.Instant;
import org.o365relay.mail.Secret;

/// A bearer token; `toString` hides its value.
///
/// @param value the token; only [Secret#reveal()] returns it
public record AccessToken(Secret value, Instant expiresAt) {}
