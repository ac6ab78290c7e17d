package org.o365relay.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// The sandbox's self-signed certificate for `localhost`, `127.0.0.1` and `::1`. It is generated with the
/// keytool of the running JDK and reused until one day before it expires.
///
/// The password of the key store is not a secret: on POSIX file systems, the file mode 0600 protects the key.
final class ServerCertificate {

    private static final String KEY_STORE = "sandbox-key.p12";
    private static final String CERTIFICATE_FILE = "sandbox-ca.pem";
    private static final String PASSWORD = "sandbox";
    private static final String ALIAS = "sandbox";

    private final Path directory;
    private final InstantSource clock;

    ServerCertificate(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /// The PEM file with the certificate that clients must trust.
    Path certificateFile() {
        return directory.resolve(CERTIFICATE_FILE);
    }

    /// Creates a TLS context with the certificate, which is generated unless a valid one exists.
    ///
    /// @param clientTrustManagers trust managers for client certificates; if none are given, the JDK's default
    ///     trust managers are used
    /// @throws IOException if keytool fails, or if the directory or the key store cannot be used
    SSLContext context(TrustManager... clientTrustManagers) throws IOException {
        try {
            Optional<KeyStore> existing = loadValid();
            KeyStore keys = existing.isPresent() ? existing.get() : generate();
            writeCertificate(keys.getCertificate(ALIAS));
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), clientTrustManagers.length == 0 ? null : clientTrustManagers, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use " + directory.resolve(KEY_STORE) + ": " + e.getMessage(), e);
        }
    }

    private Optional<KeyStore> loadValid() throws IOException, GeneralSecurityException {
        Path file = directory.resolve(KEY_STORE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        KeyStore keys = read(file);
        return keys.getCertificate(ALIAS) instanceof X509Certificate certificate && isValidForADay(certificate)
                ? Optional.of(keys)
                : Optional.empty();
    }

    private boolean isValidForADay(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant().isAfter(clock.instant().plus(Duration.ofDays(1)));
    }

    private KeyStore generate() throws IOException, GeneralSecurityException {
        Path temporary = Files.createTempDirectory(directory, ".key");
        Path fresh = temporary.resolve(KEY_STORE);
        try {
            runKeytool(fresh);
            restrict(fresh);
            Files.move(fresh, directory.resolve(KEY_STORE), StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
            Files.delete(temporary);
        }
        return read(directory.resolve(KEY_STORE));
    }

    private void runKeytool(Path keyStore) throws IOException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(arguments(keytool, keyStore))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), Charset.defaultCharset());
            if (process.waitFor() != 0) {
                throw new IOException("keytool could not generate a certificate: " + text.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool generated a certificate", e);
        } finally {
            process.destroy();
        }
    }

    private List<String> arguments(Path keytool, Path keyStore) {
        return List.of(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost, OU=o365-relay sandbox",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1,ip:::1",
                "-ext",
                "eku=serverAuth",
                "-validity",
                "365",
                "-storetype",
                "PKCS12",
                "-keystore",
                keyStore.toString(),
                "-storepass",
                PASSWORD,
                "-J-Xshare:auto",
                "-J-XX:TieredStopAtLevel=1");
    }

    private static void restrict(Path file) throws IOException {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    private static KeyStore read(Path file) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private void writeCertificate(Certificate certificate) throws IOException, GeneralSecurityException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
        String pem = "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
        Path fresh = directory.resolve("." + CERTIFICATE_FILE + ".part");
        Files.writeString(fresh, pem, StandardCharsets.US_ASCII);
        Files.move(fresh, certificateFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
