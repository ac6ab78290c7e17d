package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate made on the spot, for a server and for whoever is to trust it.
///
/// @param context what the server speaks TLS with
/// @param pem the certificate to trust, as a file
/// @param keyStore key and certificate, PKCS #12
public record TestCertificate(SSLContext context, Path pem, Path keyStore) {

    public static final String PASSWORD = "changeit";

    /// Self-signed, valid for two days.
    public static TestCertificate madeFor(String name, Path directory) {
        Path store = directory.resolve(name + ".p12");
        keytool(store, "-genkeypair", "-keyalg", "EC", "-validity", "2", "-dname", "CN=" + name, "-ext", san(name));
        return read(store, directory.resolve(name + ".pem"));
    }

    /// Signed by an authority that is to be trusted, and expired five days ago.
    static TestCertificate expired(String name, Path directory) {
        Path authority = directory.resolve("authority.p12");
        keytool(
                authority,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-startdate",
                "-20d",
                "-dname",
                "CN=authority",
                "-ext",
                "bc:c");
        Path store = directory.resolve("expired.p12");
        keytool(store, "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name);
        String request = directory.resolve("expired.csr").toString();
        String reply = directory.resolve("expired.crt").toString();
        keytool(store, "-certreq", "-file", request);
        keytool(
                authority,
                "-gencert",
                "-startdate",
                "-10d",
                "-validity",
                "5",
                "-ext",
                san(name),
                "-infile",
                request,
                "-outfile",
                reply);
        TestCertificate trusted = read(authority, directory.resolve("authority.pem"));
        keytool(store, "-importcert", "-noprompt", "-alias", "authority", "-file", trusted.pem.toString());
        keytool(store, "-importcert", "-noprompt", "-file", reply);
        return new TestCertificate(read(store, directory.resolve("expired.pem")).context, trusted.pem, store);
    }

    /// @return for a server that knows these clients
    SSLContext trusting(X509Certificate... clients) {
        try (InputStream in = Files.newInputStream(keyStore)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (X509Certificate client : clients) {
                trusted.setCertificateEntry("client-" + trusted.size(), client);
            }
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, PASSWORD.toCharArray());
            TrustManagerFactory others = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            others.init(trusted);
            SSLContext both = SSLContext.getInstance("TLS");
            both.init(own.getKeyManagers(), others.getTrustManagers(), null);
            return both;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String san(String name) {
        return "san=dns:" + name;
    }

    private static TestCertificate read(Path store, Path pem) {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            Files.writeString(pem, pem(keys.getCertificate("server")));
            return new TestCertificate(context(keys), pem, store);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void keytool(Path store, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        if (!command.contains("-alias")) {
            command.addAll(List.of("-alias", "server"));
        }
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", store.toString()));
        try {
            int status = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (status != 0) {
                throw new IllegalStateException("keytool ended with " + status);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static String pem(Certificate certificate) throws GeneralSecurityException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
        return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
    }
}
