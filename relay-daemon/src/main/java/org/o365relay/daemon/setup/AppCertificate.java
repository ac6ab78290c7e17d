package org.o365relay.daemon.setup;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.o365relay.daemon.setup.ConfigDirectory.Readers;
import org.o365relay.mail.Secret;
import org.o365relay.pem.Pem;

/// Generates the app's certificate with the keytool of the running JDK, and exports it without its private key.
final class AppCertificate {

    static final String KEY_STORE_FILE = "relay-certificate.p12";
    static final String PASSWORD_FILE = "relay-certificate-password";
    static final String CERTIFICATE_FILE = "relay-certificate.cer";

    private static final int VALIDITY_DAYS = 730;

    private AppCertificate() {}

    static boolean isGenerated(ConfigDirectory directory) throws IOException {
        return directory.hasContent(KEY_STORE_FILE) && directory.hasContent(PASSWORD_FILE);
    }

    /// Generates a key store with the certificate and its private key, and a file with the random password of
    /// the key store. If both files exist and are not empty, they are kept, because the certificate may already
    /// have been uploaded.
    ///
    /// @throws IOException if keytool fails or a file cannot be written; the message is for the user
    static void generate(ConfigDirectory directory) throws IOException {
        if (isGenerated(directory)) {
            return;
        }
        directory.write(PASSWORD_FILE, RandomSecret.generate() + "\n", Readers.OWNER);
        Path temporary = directory.temporaryDirectory();
        Path fresh = temporary.resolve(KEY_STORE_FILE);
        try {
            runKeytool(fresh, directory.path(PASSWORD_FILE));
            directory.put(fresh, KEY_STORE_FILE, Readers.OWNER);
        } finally {
            Files.deleteIfExists(fresh);
            Files.delete(temporary);
        }
    }

    /// @return the certificate in PEM format, without the private key; the content of `relay-certificate.cer`
    /// @param file PEM or PFX file with the certificate
    /// @param password password of the PFX file; empty if the PFX file has no password; unused for a PEM file
    static String exported(Path file, Optional<Secret> password) throws IOException {
        byte[] content = Files.readAllBytes(file);
        try {
            return Pem.text(certificate(file, content, password));
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " is neither a PEM file nor a PFX file that this password opens", e);
        }
    }

    private static Certificate certificate(Path file, byte[] content, Optional<Secret> password)
            throws GeneralSecurityException {
        List<X509Certificate> certificates = Pem.parse(content).certificates();
        return certificates.isEmpty() ? fromKeyStore(file, content, password) : certificates.getFirst();
    }

    private static Certificate fromKeyStore(Path file, byte[] content, Optional<Secret> password)
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
        throw new KeyStoreException(file + " contains no certificate with a private key");
    }

    private static void runKeytool(Path keyStore, Path password) throws IOException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(arguments(keytool, keyStore, password))
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

    /// Passes the password in a file, because all users of the machine can see the arguments of a process.
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
                Integer.toString(VALIDITY_DAYS),
                "-storetype",
                "PKCS12",
                "-keystore",
                keyStore.toString(),
                "-storepass:file",
                password.toString(),
                "-J-Xshare:auto");
    }
}
