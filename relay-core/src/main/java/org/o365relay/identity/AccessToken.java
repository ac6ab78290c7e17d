package org.o365relay.identity;

import java.time.Instant;
import org.o365relay.mail.Secret;

/// A bearer token; `toString` hides its value.
///
/// @param value readable with [Secret#reveal()] only
public record AccessToken(Secret value, Instant expiresAt) {}
