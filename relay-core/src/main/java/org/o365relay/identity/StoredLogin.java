package org.o365relay.identity;

import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import com.azure.json.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// A login with a device code, as stored.
///
/// @param user the user who signed in
/// @param usedAt last use of the refresh token, which expires after 90 days without use
/// @param cache MSAL's cache, with the newest refresh token
record StoredLogin(String clientId, String tenant, String user, Instant usedAt, String cache) {

    /// @return the login; empty if the format is unknown
    static Optional<StoredLogin> parse(String json) {
        try (JsonReader reader = JsonProviders.createReader(json)) {
            Map<String, Object> fields = reader.readMap(JsonReader::readUntyped);
            return Optional.of(new StoredLogin(
                    text(fields, "client-id"),
                    text(fields, "tenant"),
                    text(fields, "user"),
                    Instant.parse(text(fields, "used-at")),
                    text(fields, "cache")));
        } catch (IOException | DateTimeException | IllegalStateException _) {
            return Optional.empty();
        }
    }

    private static String text(Map<String, Object> fields, String name) {
        return String.valueOf(fields.get(name));
    }

    String json() {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = JsonProviders.createWriter(text)) {
            writer.writeStartObject()
                    .writeStringField("client-id", clientId)
                    .writeStringField("tenant", tenant)
                    .writeStringField("user", user)
                    .writeStringField("used-at", usedAt.toString())
                    .writeStringField("cache", cache)
                    .writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException(e); // in memory, cannot fail
        }
        return text.toString();
    }

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
