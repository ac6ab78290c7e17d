package org.o365relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
import org.o365relay.identity.TokenException.Origin;
import org.o365relay.mail.Secret;
import org.o365relay.net.KeyMaker;

class CertificateTest extends SignInTest {

    private static final Secret PASSWORD = new Secret(KeyMaker.PASSWORD);

    private static KeyMaker first;
    private static KeyMaker second;
    private static KeyMaker elliptic;

    @BeforeAll
    static void makeKeys() {
        first = KeyMaker.rsa("first", directory);
        second = KeyMaker.rsa("second", directory);
        elliptic = KeyMaker.elliptic("elliptic", directory);
    }

    @Test
    void signsTheAssertionAsMicrosoftRequires() throws Exception {
        service().tokens(credential(first.pem("both.pem"), null, null), SCOPE).token();
        Map<String, String> form = entra.asked.getFirst();
        assertThat(form)
                .containsEntry("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .doesNotContainKey("client_secret");
        String[] parts = form.getOrDefault("client_assertion", "").split("\\.", -1);
        byte[] thumbprint =
                MessageDigest.getInstance("SHA-256").digest(first.certificate().getEncoded());
        assertThat(json(parts[0]))
                .containsOnly(
                        Map.entry("alg", "PS256"),
                        Map.entry("typ", "JWT"),
                        Map.entry(
                                "x5t#S256",
                                Base64.getUrlEncoder().withoutPadding().encodeToString(thumbprint)));
        Map<String, Object> claims = json(parts[1]);
        assertThat(claims)
                .containsEntry("aud", entra.tokenEndpoint())
                .containsEntry("iss", clientId)
                .containsEntry("sub", clientId)
                .containsKeys("jti", "nbf", "iat");
        assertThat(Instant.ofEpochSecond(Long.parseLong(String.valueOf(claims.get("exp")))))
                .isBetween(Instant.now().plusSeconds(240), Instant.now().plusSeconds(600));
        assertThat(isSignedBy(first.certificate(), parts)).isTrue();
        assertThat(isSignedBy(second.certificate(), parts)).isFalse();
    }

    private static boolean isSignedBy(X509Certificate certificate, String[] parts) throws Exception {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        signature.initVerify(certificate);
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"both.pem", "two files", "encrypted", "pfx"})
    void readsPemAndPfxFiles(String kind) throws Exception {
        Credential.ClientCertificate credential = switch (kind) {
            case "both.pem" -> credential(first.pem("both.pem"), null, null);
            case "two files" -> credential(first.certificatePem("cert.pem"), first.keyPem("key.pem"), null);
            case "encrypted" ->
                credential(first.certificatePem("cert.pem"), first.encryptedKeyPem("sealed.pem"), PASSWORD);
            default -> credential(first.pfx(), null, PASSWORD);
        };
        assertThat(service().tokens(credential, SCOPE).token()).isNotNull();
        String[] parts =
                entra.asked.getFirst().getOrDefault("client_assertion", "").split("\\.", -1);
        assertThat(isSignedBy(first.certificate(), parts)).isTrue();
    }

    @Test
    void usesARenewedCertificateWithoutARestart() throws Exception {
        Path file = Files.copy(first.pem("one.pem"), directory.resolve("renewed-" + clientId));
        TokenSource tokens = service().tokens(credential(file, null, null), SCOPE);
        AccessToken token = tokens.token();
        Files.copy(second.pem("two.pem"), file, StandardCopyOption.REPLACE_EXISTING);
        tokens.invalidate(token);
        tokens.token();
        String[] parts =
                entra.asked.getLast().getOrDefault("client_assertion", "").split("\\.", -1);
        assertThat(isSignedBy(second.certificate(), parts)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        missing   | missing.pem does not exist
        no key    | there is no PEM private key in
        foreign   | does not belong to the first certificate in
        no word   | is encrypted, but no password is configured
        bad word  | the configured password is wrong for the key in
        bad pfx   | the configured password is wrong for
        no word p | is encrypted, but no password is configured
        garbage   | is neither a PEM certificate nor a readable PFX file
        elliptic  | is not RSA; Microsoft Entra accepts only RSA
        pkcs1     | is not in PKCS #8; convert it with: openssl pkcs8 -topk8 -in
        """)
    void reportsWhatIsWrongWithTheFiles(String what, String words) throws IOException {
        Path certificate = first.certificatePem("cert.pem");
        Secret bad = new Secret("bad-password");
        Credential.ClientCertificate credential = switch (what) {
            case "missing" -> credential(directory.resolve("missing.pem"), null, null);
            case "no key" -> credential(certificate, null, null);
            case "foreign" -> credential(certificate, second.keyPem("other.pem"), null);
            case "no word" -> credential(certificate, first.encryptedKeyPem("sealed.pem"), null);
            case "bad word" -> credential(certificate, first.encryptedKeyPem("sealed.pem"), bad);
            case "bad pfx" -> credential(first.pfx(), null, bad);
            case "no word p" -> credential(first.pfx(), null, null);
            case "garbage" -> credential(Files.writeString(directory.resolve("garbage"), "hello"), null, null);
            case "elliptic" -> credential(elliptic.pem("elliptic.pem"), null, null);
            default ->
                credential(
                        certificate,
                        Files.writeString(
                                directory.resolve("pkcs1.pem"),
                                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
                        null);
        };
        TokenException refused = refusal(service().tokens(credential, SCOPE));
        assertThat(refused.origin()).isEqualTo(Origin.SERVICE);
        assertThat(refused.reply().code()).isEqualTo(400);
        assertThat(refused.reply().text()).contains(words).doesNotContain(KeyMaker.PASSWORD);
        assertThat(entra.asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        -P20D | 20 days behind
        PT2H  | 2 h ahead
        PT0S  | right
        """)
    void statesByHowMuchTheClockIsWrongIfTheAssertionIsNotValid(Duration ahead, String words) throws IOException {
        ManualClock clock =
                new ManualClock(Instant.now().plus(ahead).plusMillis(500).toString());
        entra.says(401, """
            {"error":"invalid_client","error_description":"AADSTS700024: Client assertion is not within its valid time range."}\
            """);
        TokenSource tokens = service(clock).tokens(credential(first.pem("both.pem"), null, null), SCOPE);
        assertThat(refusal(tokens).reply().toString())
                .startsWith(
                        "401 invalid_client: AADSTS700024: Client assertion is not within its valid time range. (the"
                                + " clock of this machine is " + words + ": it says 20")
                .contains("Z, the sign-in service says 20");
    }

    @Test
    void doesNotBlameTheClockForOtherErrors() throws IOException {
        ManualClock clock = new ManualClock("2026-11-21T10:00:00Z");
        entra.says(401, """
            {"error":"invalid_client","error_description":"AADSTS700027: The certificate is not registered."}\
            """);
        TokenSource tokens = service(clock).tokens(credential(first.pem("both.pem"), null, null), SCOPE);
        assertThat(refusal(tokens).reply())
                .hasToString("401 invalid_client: AADSTS700027: The certificate is not registered.");
    }

    @Test
    void returnsTheExpiryOfTheCertificate() throws Exception {
        Path file = first.pem("both.pem");
        assertThat(service().expiry(credential(file, null, null)))
                .contains(new Expiry(
                        Expiry.Kind.CERTIFICATE,
                        file.toString(),
                        first.certificate().getNotAfter().toInstant()));
    }

    private Credential.ClientCertificate credential(Path certificate, @Nullable Path key, @Nullable Secret password) {
        return new Credential.ClientCertificate(app(), "relay@contoso.example", certificate, key, password);
    }

    private static Map<String, Object> json(String part) throws IOException {
        return new ObjectMapper().readValue(Base64.getUrlDecoder().decode(part), new TypeReference<>() {});
    }
}
