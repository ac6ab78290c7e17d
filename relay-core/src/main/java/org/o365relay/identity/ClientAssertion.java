package org.o365relay.identity;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.o365relay.json.Json;
import org.o365relay.net.CertifiedKey;

/// A client assertion (RFC 7523 §3): a JWT signed with the key of the app's certificate. Microsoft requires the
/// algorithm PS256 and the SHA-256 thumbprint of the certificate.
///
/// MSAL would sign the assertion with RS256, which Microsoft's documentation page "Certificate credentials" no
/// longer lists.
final class ClientAssertion {

    private static final Duration LIFETIME = Duration.ofMinutes(5);
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);
    private static final PSSParameterSpec PS256 = // RFC 7518 §3.5
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC);

    private ClientAssertion() {}

    /// @param audience URL of the token endpoint
    /// @throws GeneralSecurityException if the key cannot sign, for example because it is not an RSA key
    static String sign(CertifiedKey key, String clientId, String audience, Instant now)
            throws GeneralSecurityException {
        String signingInput = encoded(Header.of(key)) + "." + encoded(Claims.of(clientId, audience, now));
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(PS256);
        signature.initSign(key.key());
        signature.update(signingInput.getBytes(StandardCharsets.US_ASCII));
        return signingInput + "." + base64(signature.sign());
    }

    /// The header of the JWT (RFC 7515 §4.1).
    private record Header(
            String alg,
            String typ,
            @JsonProperty("x5t#S256") String thumbprint) {

        static Header of(CertifiedKey key) throws GeneralSecurityException {
            byte[] thumbprint = MessageDigest.getInstance("SHA-256")
                    .digest(key.certificate().getEncoded());
            return new Header("PS256", "JWT", base64(thumbprint));
        }
    }

    /// The claims of the JWT (RFC 7519 §4.1). Times are in seconds since 1970.
    private record Claims(String aud, String iss, String sub, String jti, long nbf, long iat, long exp) {

        static Claims of(String clientId, String audience, Instant now) {
            return new Claims(
                    audience,
                    clientId,
                    clientId,
                    UUID.randomUUID().toString(),
                    now.minus(CLOCK_SKEW).getEpochSecond(),
                    now.getEpochSecond(),
                    now.plus(LIFETIME).getEpochSecond());
        }
    }

    private static String encoded(Record part) {
        return base64(Json.text(part).getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
