package org.o365relay.net;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;
import org.o365relay.pem.Pem;

/// A private key and its certificate chain. The relay uses them to authenticate to the sign-in service or to a
/// connector.
///
/// @param chain the certificate chain, at least one certificate; the relay's own certificate first
public record CertifiedKey(PrivateKey key, List<X509Certificate> chain) {

    private static final byte PEM_START = '-';

    public CertifiedKey {
        chain = List.copyOf(chain);
    }

    /// @param certificate PEM file with the certificates, or PFX file (PKCS #12) that also contains the key
    /// @param key PEM file with the key (PKCS #8, encrypted or not); null if the key is in the certificate
    ///     file; not read if the certificate file is a PFX file
    /// @param password password of the key or of the PFX file; null if there is none
    /// @throws UnusableKeyException if the files cannot be read or used, or the key does not belong to the
    ///     certificate
    public static CertifiedKey read(Path certificate, @Nullable Path key, @Nullable Secret password)
            throws UnusableKeyException {
        byte[] octets = octets(certificate);
        CertifiedKey read = isPem(octets)
                ? PemKey.read(certificate, octets, key, key == null ? octets : octets(key), password)
                : PfxKey.read(certificate, octets, password);
        if (!Pem.isPair(read.key, read.certificate().getPublicKey())) {
            throw new UnusableKeyException("the key in " + (key == null ? certificate : key)
                    + " does not belong to the first certificate in " + certificate + ", which is for "
                    + read.certificate().getSubjectX500Principal());
        }
        return read;
    }

    private static boolean isPem(byte[] octets) {
        String beginning =
                new String(octets, 0, Math.min(octets.length, 4096), java.nio.charset.StandardCharsets.ISO_8859_1);
        return octets.length > 0 && (octets[0] == PEM_START || beginning.contains("-----BEGIN "));
    }

    private static byte[] octets(Path path) throws UnusableKeyException {
        try {
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new UnusableKeyException(path + " does not exist", e);
        } catch (AccessDeniedException e) {
            throw new UnusableKeyException("the relay's user cannot read " + path, e);
        } catch (IOException e) {
            throw new UnusableKeyException("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /// @return the relay's own certificate
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    KeyManager[] keyManagers() throws GeneralSecurityException {
        try {
            char[] noPassword = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", key, noPassword, chain.toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, noPassword);
            return factory.getKeyManagers();
        } catch (IOException e) {
            throw new GeneralSecurityException(e); // cannot happen: the key store is in memory
        }
    }

    /// Hides the key.
    @Override
    public String toString() {
        return "certificate " + certificate().getSubjectX500Principal() + ", valid until "
                + ServerTrust.date(certificate().getNotAfter());
    }
}
