package org.o365relay.identity;

import com.azure.json.JsonProviders;
import com.azure.json.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
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
import org.o365relay.net.CertifiedKey;

/// A client assertion (RFC 7523 §3): a JWT that an app signs with the key of its certificate, as Microsoft
/// requires: PS256, with the SHA-256 thumbprint of the certificate.
///
/// MSAL's own assertion is signed with RS256, which Microsoft's page "Certificate credentials" no longer lists.
final class ClientAssertion {

    private static final Duration LIFETIME = Duration.ofMinutes(5);
    private static final Duration SKEW = Duration.ofMinutes(1);
    private static final PSSParameterSpec PS256 = // RFC 7518 §3.5
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC);

    private ClientAssertion() {}

    /// @param audience URL of the token endpoint
    /// @throws GeneralSecurityException if the key cannot sign because it is not an RSA key
    static String sign(CertifiedKey key, String clientId, String audience, Instant now)
            throws GeneralSecurityException {
        String signingInput = encoded(header(key)) + "." + encoded(claims(clientId, audience, now));
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(PS256);
        signature.initSign(key.key());
        signature.update(signingInput.getBytes(StandardCharsets.US_ASCII));
        return signingInput + "." + base64(signature.sign());
    }

    private static String header(CertifiedKey key) throws GeneralSecurityException {
        byte[] thumbprint =
                MessageDigest.getInstance("SHA-256").digest(key.certificate().getEncoded());
        return json(writer -> writer.writeStringField("alg", "PS256")
                .writeStringField("typ", "JWT")
                .writeStringField("x5t#S256", base64(thumbprint)));
    }

    private static String claims(String clientId, String audience, Instant now) {
        return json(writer -> writer.writeStringField("aud", audience)
                .writeStringField("iss", clientId)
                .writeStringField("sub", clientId)
                .writeStringField("jti", UUID.randomUUID().toString())
                .writeLongField("nbf", now.minus(SKEW).getEpochSecond())
                .writeLongField("iat", now.getEpochSecond())
                .writeLongField("exp", now.plus(LIFETIME).getEpochSecond()));
    }

    private interface Fields {
        void writeTo(JsonWriter writer) throws IOException;
    }

    private static String json(Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = JsonProviders.createWriter(text)) {
            writer.writeStartObject();
            fields.writeTo(writer);
            writer.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException(e); // in memory, cannot fail
        }
        return text.toString();
    }

    private static String encoded(String json) {
        return base64(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
