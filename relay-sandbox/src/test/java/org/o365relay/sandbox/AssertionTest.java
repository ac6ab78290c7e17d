package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.sandbox.WebClient.APP;
import static org.o365relay.sandbox.WebClient.EXCHANGE;
import static org.o365relay.sandbox.WebClient.TOKEN;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.web.JsonValues;

/// Client assertions signed with the certificate of an app.
final class AssertionTest {

    @RegisterExtension
    static final SandboxFixture SANDBOX = SandboxFixture.whole();

    @TempDir
    private static Path directory;

    private static TestKey key;

    @BeforeAll
    static void generateKey() throws Exception {
        key = TestKey.made(directory, "app");
    }

    @ParameterizedTest
    @CsvSource({"PS256, SHA-256, x5t#S256", "RS256, SHA-1, x5t"})
    void acceptsASignedAssertion(String algorithm, String digest, String name) throws Exception {
        HttpResponse<String> answer = said(assertion(
                Map.of("alg", algorithm, "typ", "JWT", name, thumbprint(digest)), claims(Map.of()), algorithm));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        aud | https://login.microsoftonline.com/common/oauth2/v2.0/token | 50012
        iss | another                                                    | 50012
        sub | another                                                    | 50012
        jti | ''                                                         | 50012
        exp | 0                                                          | 500133
        nbf | 99999999999                                                | 500133
        """)
    void checksEveryClaim(String claim, String value, int number) throws Exception {
        Object written = claim.matches("exp|nbf") ? Long.valueOf(value) : value;
        assertThat(said(assertion(header(), claims(Map.of(claim, written)), "PS256")))
                .extracting(
                        answer -> JsonValues.asList(WebClient.members(answer).get("error_codes")))
                .isEqualTo(List.of(number));
    }

    @Test
    void refusesAnUnknownCertificateAndAForgedSignature() throws Exception {
        Map<String, ?> unknown = Map.of("alg", "PS256", "typ", "JWT", "x5t#S256", "unknown");
        assertThat(said(assertion(unknown, claims(Map.of()), "PS256")).body()).contains("AADSTS700027");
        String good = assertion(header(), claims(Map.of()), "PS256");
        String forged = good.substring(0, good.lastIndexOf('.') + 1) + "AAAA";
        assertThat(said(forged).body()).contains("AADSTS50012");
        assertThat(said("nonsense").body()).contains("AADSTS50012");
    }

    private static HttpResponse<String> said(String assertion) throws Exception {
        SANDBOX.change(settings -> {
            try {
                AppRegistration app = AppRegistration.withCertificate(APP, key.certificate());
                return settings.entra(entra -> entra.with(app));
            } catch (java.security.GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        });
        return SANDBOX.web()
                .form(
                        TOKEN,
                        Map.of(
                                "grant_type",
                                "client_credentials",
                                "client_id",
                                APP,
                                "client_assertion_type",
                                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                                "client_assertion",
                                assertion,
                                "scope",
                                EXCHANGE));
    }

    private static Map<String, ?> header() throws Exception {
        return Map.of("alg", "PS256", "typ", "JWT", "x5t#S256", thumbprint("SHA-256"));
    }

    private static String thumbprint(String digest) throws Exception {
        return base64(MessageDigest.getInstance(digest).digest(key.certificate().getEncoded()));
    }

    private static Map<String, ?> claims(Map<String, ?> changed) {
        long now = Instant.now().getEpochSecond();
        Map<String, Object> claims = new HashMap<>(Map.of(
                "aud",
                SANDBOX.sandbox().origin() + TOKEN,
                "iss",
                APP,
                "sub",
                APP,
                "jti",
                "22b3bb26-e046-42df-9c96-65dbd72c1c81",
                "nbf",
                now,
                "exp",
                now + 600));
        claims.putAll(changed);
        return claims;
    }

    private static String assertion(Map<String, ?> header, Map<String, ?> claims, String algorithm) throws Exception {
        String said = base64(JsonValues.octets(header)) + "." + base64(JsonValues.octets(claims));
        Signature signature = Signature.getInstance(algorithm.equals("PS256") ? "RSASSA-PSS" : "SHA256withRSA");
        if (algorithm.equals("PS256")) {
            signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        signature.initSign(key.key());
        signature.update(said.getBytes(StandardCharsets.US_ASCII));
        return said + "." + base64(signature.sign());
    }

    private static String base64(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
