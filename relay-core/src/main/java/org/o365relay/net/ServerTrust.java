package org.o365relay.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.o365relay.time.ClockDifference;

/// Verifies server certificates (chain and name) exactly as the JDK does, and explains why a certificate is not
/// trusted.
public final class ServerTrust extends X509ExtendedTrustManager {

    private final String host;
    private final X509ExtendedTrustManager delegate;

    private ServerTrust(String host, X509ExtendedTrustManager delegate) {
        this.host = host;
        this.delegate = delegate;
    }

    /// @param host name of the server, used in error messages
    /// @param certificates a PEM file with the certificates to trust instead of the system's; null for the
    ///     system's
    /// @throws UncheckedIOException if the file cannot be read
    /// @throws IllegalArgumentException if the file contains no certificate
    public static SSLContext context(String host, @Nullable Path certificates) {
        return context(host, certificates, null);
    }

    /// @param host name of the server, used in error messages
    /// @param certificates a PEM file with the certificates to trust instead of the system's; null for the
    ///     system's
    /// @param own the certificate and key to present to servers that request one; null for none
    /// @throws UncheckedIOException if the file cannot be read
    /// @throws IllegalArgumentException if the file contains no certificate
    public static SSLContext context(String host, @Nullable Path certificates, @Nullable CertifiedKey own) {
        try {
            KeyStore anchors = certificates == null ? null : keyStore(certificates(certificates));
            KeyManager[] keys = own == null ? null : own.keyManagers();
            return context(new ServerTrust(host, delegate(anchors)), keys);
        } catch (GeneralSecurityException e) {
            throw noTls(e);
        }
    }

    /// Trusts the system's certificates and additional ones.
    ///
    /// @param additional PEM file with certificates; null for none
    /// @throws UncheckedIOException if the file cannot be read
    /// @throws IllegalArgumentException if the file contains no certificate
    static SSLContext contextTrustingAlso(@Nullable Path additional) {
        try {
            X509ExtendedTrustManager system = delegate(null);
            if (additional == null) {
                return context(new ServerTrust("the server", system), null);
            }
            List<Certificate> all = new ArrayList<>(List.of(system.getAcceptedIssuers()));
            all.addAll(certificates(additional));
            return context(new ServerTrust("the server", delegate(keyStore(all))), null);
        } catch (GeneralSecurityException e) {
            throw noTls(e);
        }
    }

    private static SSLContext context(ServerTrust trust, KeyManager @Nullable [] keys) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {trust}, null);
        return context;
    }

    private static IllegalStateException noTls(GeneralSecurityException e) {
        return new IllegalStateException("this Java has no usable TLS: " + e.getMessage(), e);
    }

    private static X509ExtendedTrustManager delegate(@Nullable KeyStore anchors) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new GeneralSecurityException("no trust manager for X.509"));
    }

    private static KeyStore keyStore(Collection<? extends Certificate> certificates) throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("trusted-" + store.size(), certificate);
            }
            return store;
        } catch (IOException e) {
            throw new KeyStoreException(e); // cannot happen: the key store is in memory
        }
    }

    private static Collection<? extends Certificate> certificates(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            return certificates(in, pem);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the trusted certificates in " + pem, e);
        }
    }

    private static Collection<? extends Certificate> certificates(InputStream in, Path pem) {
        try {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (!found.isEmpty()) {
                return found;
            }
            throw new IllegalArgumentException("no certificate in " + pem);
        } catch (CertificateException e) {
            throw new IllegalArgumentException("no readable certificate in " + pem + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        try {
            delegate.checkServerTrusted(chain, authType, socket);
        } catch (CertificateException e) {
            throw new UntrustedCertificateException(explain(host, chain, e), e);
        }
    }

    private static String explain(String host, X509Certificate[] chain, CertificateException failure) {
        X509Certificate certificate = chain[0];
        String subject = "certificate of " + host;
        Instant now = Instant.now(); // like the JDK, which verifies the dates against the system clock
        if (isCausedBy(failure, CertificateExpiredException.class)) {
            return subject + " expired on " + date(validUntil(chain)) + " (the clock of this machine says "
                    + now.truncatedTo(ChronoUnit.SECONDS) + ")";
        }
        ClockDifference clock = new ClockDifference(now, validFrom(chain));
        boolean isEarly = clock.local().isBefore(clock.reference());
        if (isCausedBy(failure, CertPathBuilderException.class)) {
            return subject + " is not signed by a trusted CA (issuer: " + certificate.getIssuerX500Principal() + ")"
                    + (isEarly ? ", or cannot be verified: " + clock.beforeValidity() : "");
        }
        if (isEarly) {
            return subject + " is not valid yet: " + clock.beforeValidity();
        }
        // only the exception for a wrong name has no cause
        return failure.getCause() == null
                ? subject + " is for " + String.join(", ", names(certificate)) + ", not for " + host
                : subject + " is not accepted: " + failure.getMessage();
    }

    /// @return the earliest notAfter of the chain
    private static Date validUntil(X509Certificate[] chain) {
        return Arrays.stream(chain)
                .map(X509Certificate::getNotAfter)
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /// @return the beginning of the period in which all certificates are valid
    private static Instant validFrom(X509Certificate[] chain) {
        return Arrays.stream(chain)
                .map(certificate -> certificate.getNotBefore().toInstant())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    private static boolean isCausedBy(Throwable failure, Class<? extends Throwable> type) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(type::isInstance);
    }

    /// @return the date in UTC
    public static LocalDate date(Date time) {
        return time.toInstant().atZone(ZoneOffset.UTC).toLocalDate();
    }

    private static List<String> names(X509Certificate certificate) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            return alternatives == null || alternatives.isEmpty()
                    ? List.of(certificate.getSubjectX500Principal().toString())
                    : alternatives.stream()
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateException _) {
            return List.of("an unreadable name");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        delegate.checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            delegate.checkServerTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            String peer = engine.getPeerHost();
            throw new UntrustedCertificateException(explain(peer == null ? host : peer, chain, e), e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        delegate.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        delegate.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        delegate.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return delegate.getAcceptedIssuers();
    }

    /// A server certificate is not trusted. The exception message is for the admin.
    public static final class UntrustedCertificateException extends CertificateException {
        private static final long serialVersionUID = 1L;

        private final String explanation;

        UntrustedCertificateException(String explanation, CertificateException cause) {
            super(explanation, cause);
            this.explanation = explanation;
        }

        /// @return the reason, for the admin, with the name of the server; the same text as the message
        public String explanation() {
            return explanation;
        }
    }
}
