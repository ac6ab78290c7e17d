package org.o365relay.deliver.smtp;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A generated certificate, for a server and for the clients that trust it.
///
/// @param context TLS context of the server
/// @param pem file with the certificate to trust
/// @param keyStore key and certificate, PKCS #12
public record TestCertificate(SSLContext context, Path pem, Path keyStore) {

    public static final String PASSWORD = "changeit";

    /// Self-signed, valid for two days.
    public static TestCertificate madeFor(String name, Path directory) {
        X509Bundle bundle = built(CertificateBuilder::buildSelfSigned, server(name));
        return write(bundle, bundle, directory.resolve(name));
    }

    /// Signed by the authority to trust, and expired five days ago.
    static TestCertificate expired(String name, Path directory) {
        X509Bundle authority = built(
                CertificateBuilder::buildSelfSigned,
                certificate("authority", 20, 70).setIsCertificateAuthority(true));
        X509Bundle bundle = built(
                builder -> builder.buildIssuedBy(authority),
                certificate(name, 10, -5).addSanDnsName(name));
        return write(bundle, authority, directory.resolve("expired"));
    }

    private static CertificateBuilder server(String name) {
        return certificate(name, 1, 2).addSanDnsName(name).setIsCertificateAuthority(true);
    }

    private static CertificateBuilder certificate(String name, int daysSince, int daysLeft) {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .notBefore(now.minus(Duration.ofDays(daysSince)))
                .notAfter(now.plus(Duration.ofDays(daysLeft)));
    }

    private interface Signer {
        X509Bundle sign(CertificateBuilder builder) throws Exception;
    }

    private static X509Bundle built(Signer signer, CertificateBuilder builder) {
        try {
            return signer.sign(builder);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static TestCertificate write(X509Bundle bundle, X509Bundle trusted, Path file) {
        Path store = file.resolveSibling(file.getFileName() + ".p12");
        try (OutputStream out = Files.newOutputStream(store)) {
            KeyStore keys = bundle.toKeyStore("PKCS12", PASSWORD.toCharArray());
            keys.store(out, PASSWORD.toCharArray());
            Path pem = Files.writeString(file.resolveSibling(file.getFileName() + ".pem"), trusted.getCertificatePEM());
            return new TestCertificate(context(keys), pem, store);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// @return context of a server that trusts these clients
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

    private static SSLContext context(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
