package org.o365relay.daemon.setup;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.o365relay.daemon.setup.ConfigDirectory.Readers;
import org.o365relay.mail.Secret;

/// The certificate the app signs in with: made with the running Java's keytool, and its public half for the upload.
final class AppCertificate {

    static final String KEY_STORE = "relay-certificate.p12";
    static final String PASSWORD = "relay-certificate-password";
    static final String PUBLIC = "relay-certificate.cer";

    /// Two years; the relay warns before the end.
    private static final int DAYS = 730;

    private AppCertificate() {}

    /// Makes one that lasts two years, with a random password in a file of its own. One that is there is kept: it may
    /// be
    /// uploaded already.
    ///
    /// @throws IOException with a message for people if keytool fails
    static void generate(ConfigDirectory folder) throws IOException {
        if (folder.hasContent(KEY_STORE) && folder.hasContent(PASSWORD)) {
            return;
        }
        folder.write(PASSWORD, RandomSecret.text() + "\n", Readers.OWNER);
        Path workshop = folder.temporaryDirectory();
        Path fresh = workshop.resolve(KEY_STORE);
        try {
            runKeytool(fresh, folder.path(PASSWORD));
            folder.put(fresh, KEY_STORE, Readers.OWNER);
        } finally {
            Files.deleteIfExists(fresh);
            Files.delete(workshop);
        }
    }

    /// Writes the certificate without its key, as PEM.
    ///
    /// @param file PEM or PFX
    /// @param password of the PFX
    static void export(Path file, Optional<Secret> password, ConfigDirectory folder) throws IOException {
        byte[] content = Files.readAllBytes(file);
        try {
            byte[] octets = certificate(file, content, password).getEncoded();
            String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets);
            String pem = "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
            folder.write(PUBLIC, pem, Readers.ALL);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " is neither PEM nor a PFX that this password opens", e);
        }
    }

    private static Certificate certificate(Path file, byte[] content, Optional<Secret> password)
            throws GeneralSecurityException {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        int begin = text.indexOf("-----BEGIN CERTIFICATE-----");
        return begin >= 0
                ? CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(content, begin, content.length - begin))
                : ofKeyStore(file, content, password);
    }

    private static Certificate ofKeyStore(Path file, byte[] content, Optional<Secret> password)
            throws GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try {
            keys.load(
                    new ByteArrayInputStream(content),
                    password.map(Secret::reveal).orElse("").toCharArray());
        } catch (IOException unreadable) {
            throw new KeyStoreException(unreadable);
        }
        for (String alias : Collections.list(keys.aliases())) {
            if (keys.isKeyEntry(alias)) {
                return keys.getCertificate(alias);
            }
        }
        throw new KeyStoreException(file + " holds no certificate with its key");
    }

    private static void runKeytool(Path keyStore, Path password) throws IOException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(arguments(keytool, keyStore, password))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        try (InputStream output = process.getInputStream()) {
            String said = new String(output.readAllBytes(), Charset.defaultCharset());
            if (process.waitFor() != 0) {
                throw new IOException("keytool made no certificate: " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool made a certificate", e);
        } finally {
            process.destroy();
        }
    }

    /// The password is handed over by its file: everybody on the machine can see arguments.
    private static List<String> arguments(Path keytool, Path keyStore, Path password) {
        return List.of(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                "o365-relay",
                "-keyalg",
                "RSA",
                "-keysize",
                "3072",
                "-sigalg",
                "SHA256withRSA",
                "-dname",
                "CN=o365-relay",
                "-validity",
                Integer.toString(DAYS),
                "-storetype",
                "PKCS12",
                "-keystore",
                keyStore.toString(),
                "-storepass:file",
                password.toString(),
                "-J-Xshare:auto",
                "-J-XX:TieredStopAtLevel=1");
    }
}
