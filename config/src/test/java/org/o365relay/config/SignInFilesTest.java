package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.config.print.EffectiveText;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.identity.Credential;
import org.o365relay.mail.Secret;

/// Files with certificates and secrets with which mailboxes sign in.
class SignInFilesTest {

    private static final Duration LONG = Duration.ofDays(100);
    private static final String MAILBOX = """
        relay.mailboxes = [ { address = "relay@contoso.example", credential {
          tenant = contoso.example, client-id = "b3f1c6b2-0000-4000-8000-000000000001"
          %s
        } } ]
        """;
    private static final String PEM = "type = certificate, certificate = app.pem, certificate-key = app.key";
    private static final String CERTIFICATE = "relay.conf:3: relay.mailboxes[0].credential.certificate: ";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void readsACertificateAndItsKey() throws Exception {
        SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, LONG);

        assertThat(credential(PEM)).isInstanceOfSatisfying(Credential.ClientCertificate.class, found -> {
            assertThat(found.certificate()).isEqualTo(directory.resolve("app.pem"));
            assertThat(found.key()).isEqualTo(directory.resolve("app.key"));
            assertThat(found.password()).isNull();
        });
        assertThat(ReadText.warnings(directory, MAILBOX.formatted(PEM))).isEmpty();
    }

    @Test
    void readsACertificateAndItsKeyFromOneFile() throws Exception {
        X509Bundle app = SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, LONG);
        write("both.pem", app.getPrivateKeyPEM() + app.getCertificatePathPEM());

        assertThat(ReadText.warnings(directory, MAILBOX.formatted("type = certificate, certificate = both.pem")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        certificate-password = right |
        certificate-password = wrong | the configured password is wrong for app.pfx
                                     | app.pfx is encrypted, but no password is configured
        """)
    void opensAPfxWithItsPassword(@Nullable String password, @Nullable String problem) throws Exception {
        writePfx();
        String text =
                MAILBOX.formatted("type = certificate, certificate = app.pfx\n" + (password == null ? "" : password));

        if (problem == null) {
            assertThat(EffectiveText.of(ReadText.valid(directory, text))).contains("certificate-password=\"***\"");
        } else {
            assertThat(ReadText.problems(directory, text)).containsExactly(CERTIFICATE + problem);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        X           | there is no PEM certificate in app.pem; a certificate starts with -----BEGIN CERTIFICATE-----
        CERTIFICATE | a certificate in app.pem is damaged
        """)
    void rejectsAnUnusableCertificate(String label, String problem) throws Exception {
        SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, LONG);
        write("app.pem", "-----BEGIN %1$s-----\nAAAA\n-----END %1$s-----\n".formatted(label));

        assertThat(ReadText.problems(directory, MAILBOX.formatted(PEM)))
                .singleElement()
                .asString()
                .startsWith(CERTIFICATE + problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        RSA PRIVATE KEY       | the RSA PRIVATE KEY in app.key is not in PKCS #8; convert it with: openssl pkcs8 -topk8 -in app.key -out key-pkcs8.pem
        ENCRYPTED PRIVATE KEY | the key in app.key is encrypted, but no password is configured
        PRIVATE KEY           | the PRIVATE KEY in app.key is damaged, or neither RSA nor EC
        CERTIFICATE           | there is no PEM private key in app.key; a key starts with -----BEGIN PRIVATE KEY-----
        """)
    void rejectsAnUnusableKey(String label, String problem) throws Exception {
        SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, LONG);
        write("app.key", "-----BEGIN %1$s-----\nAAAA\n-----END %1$s-----\n".formatted(label));

        assertThat(ReadText.problems(directory, MAILBOX.formatted(PEM)))
                .singleElement()
                .asString()
                .startsWith(CERTIFICATE + problem);
    }

    @Test
    void rejectsAKeyThatIsNotRsaOrBelongsToAnotherCertificate() throws Exception {
        SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.ecp256, LONG);
        assertThat(ReadText.problems(directory, MAILBOX.formatted(PEM)))
                .containsExactly(CERTIFICATE + "the key is not an RSA key, which Microsoft Entra requires");

        String key = SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, LONG)
                .getPrivateKeyPEM();
        SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, LONG.plusDays(1));
        write("app.key", key);
        assertThat(ReadText.problems(directory, MAILBOX.formatted(PEM)))
                .singleElement()
                .asString()
                .startsWith(CERTIFICATE + "the key in app.key does not belong to the first certificate in app.pem");
    }

    @ParameterizedTest
    @CsvSource({
        "-12, the certificate in app.pem expired on 2026-11-20T22:00:00Z; mail waits until you upload a new one",
        "696, the certificate in app.pem expires on 2026-12-20T10:00:00Z; upload a new one"
    })
    void warnsOfAnExpiringCertificate(int hours, String warning) throws Exception {
        SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, Duration.ofHours(hours));

        assertThat(ReadText.warnings(directory, MAILBOX.formatted(PEM)))
                .containsExactly(
                        CERTIFICATE + warning + " (Microsoft Entra admin center > App registrations > (the app)"
                                + " > Certificates & secrets) and replace the file");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21, expired on 2026-11-21; mail waits until you create a new one",
        "2026-12-20, expires on 2026-12-20; create a new one",
        "2026-12-22, "
    })
    void warnsOfAnExpiringSecret(String day, @Nullable String warning) throws Exception {
        write("secret", "Qx~8.value");
        String text =
                MAILBOX.formatted("type = client-secret, client-secret-file = secret, client-secret-expires = " + day);

        if (warning == null) {
            assertThat(ReadText.warnings(directory, text)).isEmpty();
        } else {
            assertThat(ReadText.warnings(directory, text))
                    .containsExactly("relay.conf:3: relay.mailboxes[0].credential.client-secret-expires: the secret "
                            + warning + " (Microsoft Entra admin center > App registrations > (the app) > Certificates"
                            + " & secrets)");
        }
    }

    @Test
    void warnsIfTheSecretIdIsUsedAsTheSecret() throws Exception {
        write("secret", "b3f1c6b2-0000-4000-8000-00000000000A\n");

        assertThat(ReadText.warnings(directory, MAILBOX.formatted("type = client-secret, client-secret-file = secret")))
                .containsExactly(
                        "relay.conf:3: relay.mailboxes[0].credential.client-secret-file: looks like the Secret ID, not"
                                + " the secret: copy the column Value (Microsoft Entra admin center > App registrations >"
                                + " (the app) > Certificates & secrets). It is shown only once; if it is no longer shown,"
                                + " create a new secret");
    }

    @Test
    void prefersSystemdCredentialsToFilesNextToTheConfiguration() throws Exception {
        Path systemd = Files.createDirectory(directory.resolve("credentials"));
        write("secret", "beside");
        write("other", "beside too");
        Files.writeString(systemd.resolve("secret"), "handed over");
        String text = "type = client-secret, client-secret-file = ";

        assertThat(credential(text + "secret"))
                .isInstanceOfSatisfying(
                        Credential.ClientSecret.class,
                        found -> assertThat(found.secret().reveal()).isEqualTo("handed over"));
        assertThat(credential(text + "other"))
                .isInstanceOfSatisfying(
                        Credential.ClientSecret.class,
                        found -> assertThat(found.secret().reveal()).isEqualTo("beside too"));
        assertThat(credential(text + "\"" + directory.resolve("secret") + "\""))
                .isInstanceOfSatisfying(
                        Credential.ClientSecret.class,
                        found -> assertThat(found.secret().reveal()).isEqualTo("beside"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        type = password, password-file = secret
        type = client-secret, client-secret-file = secret
        """)
    void readsASecretAgainWhenItsFileChanges(String keys) throws Exception {
        write("secret", "the old one\n");
        Credential credential = credential(keys);

        write("secret", "the new one, without a restart\n");

        assertThat(secret(credential).reveal()).isEqualTo("the new one, without a restart");
    }

    private static Secret secret(Credential credential) {
        return switch (credential) {
            case Credential.Password(var _, Secret password) -> password;
            case Credential.ClientSecret(var _, var _, Secret secret, var _) -> secret;
            case Credential.None _,
                    Credential.ClientCertificate _,
                    Credential.DeviceCode _,
                    Credential.ManagedIdentity _ -> throw new AssertionError("no secret in " + credential);
        };
    }

    @Test
    void warnsOfAKeyThatOthersCanRead() throws Exception {
        SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, LONG);
        Files.setPosixFilePermissions(directory.resolve("app.key"), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(ReadText.warnings(directory, MAILBOX.formatted(PEM)))
                .containsExactly(
                        "relay.conf:3: relay.mailboxes[0].credential.certificate-key: app.key can be read by other"
                                + " users; run: chmod 600 app.key");
    }

    private Credential credential(String keys) throws IOException {
        UpstreamSettings upstream = ReadText.valid(directory, MAILBOX.formatted(keys))
                .settings()
                .mailboxes()
                .getFirst()
                .upstreams()
                .getFirst();
        return upstream.credential();
    }

    private void writePfx() throws Exception {
        X509Bundle app = SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, LONG);
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password = "right".toCharArray();
        store.load(null, password);
        store.setKeyEntry("app", app.getKeyPair().getPrivate(), password, new Certificate[] {app.getCertificate()});
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.store(out, password);
        Files.write(directory.resolve("app.pfx"), out.toByteArray());
        Files.setPosixFilePermissions(directory.resolve("app.pfx"), PosixFilePermissions.fromString("rw-------"));
    }

    private void write(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
