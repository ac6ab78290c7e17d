package org.o365relay.sandbox.entra;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The valid access tokens. Thread-safe.
final class IssuedTokens {

    private final Map<String, IssuedToken> tokens = new ConcurrentHashMap<>();

    void add(String value, IssuedToken claims, Instant now) {
        tokens.values().removeIf(token -> !now.isBefore(token.expiresAt()));
        tokens.put(
                value,
                new IssuedToken(
                        value,
                        claims.resource(),
                        claims.app(),
                        claims.permissions(),
                        claims.user(),
                        claims.expiresAt()));
    }

    Optional<IssuedToken> find(String value, Instant now) {
        return Optional.ofNullable(tokens.get(value)).filter(token -> now.isBefore(token.expiresAt()));
    }

    void revokeAll() {
        tokens.clear();
    }
}
