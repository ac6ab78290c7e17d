package org.o365relay.sandbox.entra;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.web.JsonValues;

/// Verifies the client assertion of an app: a JWT signed with the private key of the app's certificate
/// (RFC 7523 §3).
///
/// Accepts the algorithms PS256 and RS256, and the thumbprints `x5t#S256` (which Microsoft documents) and `x5t`
/// (which older libraries send), in any combination. A client may reuse an assertion until it expires, because
/// libraries cache assertions.
final class AssertionVerifier {

    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();
    private static final int NOT_REGISTERED = 700027;
    private static final int BAD_SIGNATURE = 50012;
    private static final int BAD_TIME = 500133;

    private AssertionVerifier() {}

    /// @param audience URL of the token endpoint, which the assertion must name as its audience
    static void verify(String assertion, AppRegistration app, String audience, Instant now)
            throws TokenRefusedException {
        String[] parts = assertion.split("\\.", -1);
        X509Certificate certificate = app.certificate();
        if (certificate == null) {
            throw new TokenRefusedException(NOT_REGISTERED);
        }
        if (parts.length != 3) {
            throw new TokenRefusedException(BAD_SIGNATURE);
        }
        Map<String, @Nullable Object> header = decoded(parts[0]);
        if (!matchesThumbprint(header, certificate)) {
            throw new TokenRefusedException(NOT_REGISTERED);
        }
        if (!hasValidSignature(JsonValues.asText(header.get("alg")), certificate, parts)) {
            throw new TokenRefusedException(BAD_SIGNATURE);
        }
        checkClaims(decoded(parts[1]), app, audience, now);
    }

    private static void checkClaims(
            Map<String, @Nullable Object> claims, AppRegistration app, String audience, Instant now)
            throws TokenRefusedException {
        String id = JsonValues.asText(claims.get("jti"));
        boolean namesApp = app.clientId().equalsIgnoreCase(JsonValues.asText(claims.get("iss")))
                && app.clientId().equalsIgnoreCase(JsonValues.asText(claims.get("sub")));
        if (!namesApp || !isFor(audience, claims.get("aud")) || id.isEmpty()) {
            throw new TokenRefusedException(BAD_SIGNATURE);
        }
        boolean inTime = now.isBefore(time(claims.get("exp")).plus(CLOCK_SKEW))
                && !now.isBefore(time(claims.get("nbf")).minus(CLOCK_SKEW));
        if (!inTime) {
            throw new TokenRefusedException(BAD_TIME);
        }
    }

    private static boolean isFor(String audience, @Nullable Object claim) {
        return claim instanceof List<?> audiences ? audiences.contains(audience) : audience.equals(claim);
    }

    /// Treats a missing or invalid time as the epoch.
    private static Instant time(@Nullable Object seconds) {
        return Instant.ofEpochSecond(seconds instanceof Number number ? number.longValue() : 0);
    }

    private static boolean matchesThumbprint(Map<String, @Nullable Object> header, X509Certificate certificate) {
        return digest("SHA-256", certificate).equals(unpadded(header.get("x5t#S256")))
                || digest("SHA-1", certificate).equals(unpadded(header.get("x5t")));
    }

    private static String unpadded(@Nullable Object value) {
        return JsonValues.asText(value).replace("=", "");
    }

    private static String digest(String algorithm, X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm + " is always supported", e);
        }
    }

    private static boolean hasValidSignature(String algorithm, X509Certificate certificate, String[] parts) {
        try {
            Signature signature = signature(algorithm);
            signature.initVerify(certificate.getPublicKey());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(DECODER.decode(parts[2]));
        } catch (GeneralSecurityException | IllegalArgumentException unusable) {
            return false;
        }
    }

    private static Signature signature(String algorithm) throws GeneralSecurityException {
        return switch (algorithm) {
            case "PS256" -> {
                Signature signature = Signature.getInstance("RSASSA-PSS");
                signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
                yield signature;
            }
            case "RS256" -> Signature.getInstance("SHA256withRSA");
            default -> throw new GeneralSecurityException("unsupported assertion algorithm: " + algorithm);
        };
    }

    private static Map<String, @Nullable Object> decoded(String part) {
        try {
            return JsonValues.object(DECODER.decode(part)).orElse(Map.of());
        } catch (IllegalArgumentException notBase64) {
            return Map.of();
        }
    }
}
