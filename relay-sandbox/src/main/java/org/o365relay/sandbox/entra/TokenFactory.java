package org.o365relay.sandbox.entra;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.web.JsonValues;

/// Generates tokens that look like Entra's; access tokens are JWTs of about 2 to 3 KB. The signatures are
/// random octets, so the sandbox does not verify them: an access token is valid if [IssuedTokens#find] returns
/// it.
final class TokenFactory {

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int SIGNATURE_OCTETS = 256;

    private final RandomGenerator random;

    TokenFactory(RandomGenerator random) {
        this.random = random;
    }

    /// @param audience resource URI that the client requested
    String accessToken(
            String tenant, String issuer, String audience, IssuedToken claims, Instant issuedAt, Duration lifetime) {
        Map<String, @Nullable Object> payload = new LinkedHashMap<>();
        payload.put("aud", audience);
        payload.put("iss", issuer);
        payload.put("iat", issuedAt.getEpochSecond());
        payload.put("nbf", issuedAt.getEpochSecond());
        payload.put("exp", issuedAt.plus(lifetime).getEpochSecond());
        payload.put("aio", random(40));
        payload.put("appid", claims.app().clientId());
        payload.put("appidacr", claims.app().certificate() == null ? "1" : "2");
        payload.put("idp", issuer);
        payload.put("tid", tenant);
        if (claims.user() == null) {
            payload.put("idtyp", "app");
            payload.put("roles", claims.permissions().stream().sorted().toList());
        } else {
            payload.put("idtyp", "user");
            payload.put(
                    "scp",
                    String.join(" ", claims.permissions().stream().sorted().toList()));
            payload.put("upn", claims.user());
        }
        payload.put("uti", random(16));
        payload.put("ver", "1.0");
        payload.put("xms_sandbox", random(400 + random.nextInt(600)));
        return jwt(payload);
    }

    String idToken(String issuer, String tenant, String clientId, String user, Instant issuedAt, Duration lifetime) {
        Map<String, @Nullable Object> payload = new LinkedHashMap<>();
        payload.put("aud", clientId);
        payload.put("iss", issuer);
        payload.put("iat", issuedAt.getEpochSecond());
        payload.put("nbf", issuedAt.getEpochSecond());
        payload.put("exp", issuedAt.plus(lifetime).getEpochSecond());
        payload.put("name", user);
        payload.put("preferred_username", user);
        payload.put("oid", objectId(user));
        payload.put("sub", objectId(user));
        payload.put("tid", tenant);
        payload.put("ver", "2.0");
        return jwt(payload);
    }

    /// Generates `client_info`, from which MSAL derives its account ID.
    String clientInfo(String tenant, String user) {
        return ENCODER.encodeToString(JsonValues.octets(Map.of("uid", objectId(user), "utid", tenant)));
    }

    /// Generates an opaque string for use as a refresh token or device code.
    String opaqueToken() {
        return "1." + random(600);
    }

    private static String objectId(String user) {
        return UUID.nameUUIDFromBytes(user.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString();
    }

    private String jwt(Map<String, @Nullable Object> payload) {
        Map<String, String> header = new LinkedHashMap<>();
        header.put("typ", "JWT");
        header.put("alg", "RS256");
        header.put("kid", "sandbox");
        return ENCODER.encodeToString(JsonValues.octets(header)) + "."
                + ENCODER.encodeToString(JsonValues.octets(payload)) + "." + random(SIGNATURE_OCTETS);
    }

    private String random(int octets) {
        byte[] bytes = new byte[octets];
        random.nextBytes(bytes);
        return ENCODER.encodeToString(bytes);
    }
}
