package org.o365relay.accept.tls;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.o365relay.pem.Pem;
import org.o365relay.time.ClockDifference;

/// The TLS certificate chain of the relay and its private key.
///
/// @param file file that contains the certificates
/// @param chain certificates, with the server certificate first
record ServerIdentity(Path file, PrivateKey key, List<X509Certificate> chain) {

    private static final String KEY = "relay.tls.certificate";

    /// @throws UnusableCertificateException if the files cannot be read, are invalid, or do not match
    static ServerIdentity read(CertificateFiles files) throws UnusableCertificateException {
        List<X509Certificate> chain = chain(files.certificate());
        PrivateKey key = PrivateKeyFile.read(files.key());
        if (!Pem.isPair(key, chain.getFirst().getPublicKey())) {
            throw new UnusableCertificateException(
                    "the key in " + files.key() + " does not belong to the first certificate in "
                            + files.certificate() + ", which is for " + name(chain.getFirst())
                            + "; set relay.tls.key to its key, and put the relay's own certificate before those of its"
                            + " issuers");
        }
        return new ServerIdentity(files.certificate(), key, chain);
    }

    private static List<X509Certificate> chain(Path path) throws UnusableCertificateException {
        try {
            List<X509Certificate> chain = CertificateFiles.read(path, KEY).certificates();
            if (chain.isEmpty()) {
                throw new UnusableCertificateException("there is no PEM certificate in " + path + " (" + KEY
                        + "); a certificate starts with -----BEGIN CERTIFICATE-----");
            }
            return List.copyOf(chain);
        } catch (CertificateException e) {
            throw new UnusableCertificateException("a certificate in " + path + " (" + KEY + ") is damaged: "
                    + e.getMessage() + "; inspect it with: openssl x509 -noout -text -in " + path);
        }
    }

    private static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    Instant expiry() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /// @return description of the problem if the certificate has expired or is not valid yet; otherwise empty
    Optional<String> validityProblem(Instant now) {
        if (now.isAfter(expiry())) {
            return Optional.of("the certificate in " + file + " expired on " + expiry()
                    + "; devices that verify it cannot send. Replace the certificate");
        }
        Instant beginning = chain.getFirst().getNotBefore().toInstant();
        return now.isBefore(beginning)
                ? Optional.of("the certificate in " + file + " is not valid yet: "
                        + new ClockDifference(now, beginning).beforeValidity()
                        + "; devices that verify it cannot send. Set the clock or replace the certificate")
                : Optional.empty();
    }

    /// @return description of the certificate for the log
    @Override
    public String toString() {
        return "certificate " + name(chain.getFirst()) + ", valid until " + expiry() + ", from " + file;
    }
}
