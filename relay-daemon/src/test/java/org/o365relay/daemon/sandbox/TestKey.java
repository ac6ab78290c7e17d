package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/// An RSA key with its own certificate, made by keytool.
public final class TestKey {

    private static final char[] PASSWORD = "password".toCharArray();

    private final KeyStore keys;

    private TestKey(KeyStore keys) {
        this.keys = keys;
    }

    public static TestKey made(Path directory, String name)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = directory.resolve("test.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=" + name,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.Charset.defaultCharset());
        if (keytool.waitFor() != 0) {
            throw new IOException(said);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return new TestKey(keys);
    }

    public X509Certificate certificate() throws GeneralSecurityException {
        return (X509Certificate) keys.getCertificate("test");
    }

    public PrivateKey key() throws GeneralSecurityException {
        return (PrivateKey) keys.getKey("test", PASSWORD);
    }

    /// Certificate and key in one PEM file.
    public Path pem(Path file) throws IOException, GeneralSecurityException {
        return Files.writeString(
                file, pem("CERTIFICATE", certificate().getEncoded()) + pem("PRIVATE KEY", key().getEncoded()));
    }

    public Path certificatePem(Path file) throws IOException, GeneralSecurityException {
        return Files.writeString(file, pem("CERTIFICATE", certificate().getEncoded()));
    }

    public Path keyPem(Path file) throws IOException, GeneralSecurityException {
        return Files.writeString(file, pem("PRIVATE KEY", key().getEncoded()));
    }

    // RFC 7468 §2
    private static String pem(String label, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    /// @param password of the file
    public Path pfx(Path file, String password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("test", key(), password.toCharArray(), keys.getCertificateChain("test"));
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        return file;
    }

    KeyManager[] managers() throws GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        return managers.getKeyManagers();
    }
}
