package org.o365relay.identity;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/// A login with a device code, as stored in the file.
///
/// @param user the user who signed in
/// @param usedAt when the refresh token was last used; it expires after 90 days without use
/// @param cache MSAL's token cache, which contains the newest refresh token
record StoredLogin(
        @JsonProperty("client-id") String clientId,
        String tenant,
        String user,
        @JsonProperty("used-at") Instant usedAt,
        String cache) {

    StoredLogin renewed(Instant now, String newCache) {
        return new StoredLogin(clientId, tenant, user, now, newCache);
    }

    boolean isFor(App app) {
        return clientId.equalsIgnoreCase(app.clientId()) && tenant.equalsIgnoreCase(app.tenant());
    }

    /// Hides the refresh token.
    @Override
    public String toString() {
        return user + " at " + tenant + " with app " + clientId;
    }
}
