package org.o365relay.identity;

import java.time.Instant;
import org.o365relay.mail.Secret;

/// A bearer token. Hides itself as a [Secret] does.
///
/// @param value shown by [Secret#reveal()] only
public record AccessToken(Secret value, Instant expiresAt) {}
