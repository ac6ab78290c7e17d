package org.o365relay.sandbox.entra;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The refresh tokens. A token can be redeemed only once; the client then receives a new one. Thread-safe.
final class RefreshTokens {

    private static final int REVOKED = 50173;
    private static final int UNKNOWN = 70000;
    private static final int EXPIRED = 700082;

    private final Map<String, Grant> valid = new HashMap<>();
    private final Set<String> invalidated = new HashSet<>();

    /// What a refresh token grants.
    record Grant(AppRegistration app, String user, Scope scope, Instant issuedAt) {}

    synchronized void add(String token, Grant grant) {
        valid.put(token, grant);
    }

    /// Redeems a token; it cannot be redeemed again.
    ///
    /// @throws TokenRefusedException if the token is unknown, expired, revoked or already redeemed
    synchronized Grant redeem(String token, Instant now, Duration lifetime) throws TokenRefusedException {
        Grant grant = valid.remove(token);
        if (grant == null) {
            throw new TokenRefusedException(invalidated.contains(token) ? REVOKED : UNKNOWN);
        }
        invalidated.add(token);
        if (!now.isBefore(grant.issuedAt().plus(lifetime))) {
            throw new TokenRefusedException(EXPIRED);
        }
        return grant;
    }

    synchronized void revokeAll() {
        invalidated.addAll(valid.keySet());
        valid.clear();
    }
}
