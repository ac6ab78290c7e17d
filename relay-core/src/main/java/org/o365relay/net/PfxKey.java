package org.o365relay.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;

/// Reads a PFX file (PKCS #12, RFC 7292).
final class PfxKey {

    private PfxKey() {}

    static CertifiedKey read(Path path, byte[] octets, @Nullable Secret password) throws UnusableKeyException {
        char[] passwordChars =
                password == null ? new char[0] : password.reveal().toCharArray();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(octets), passwordChars);
            for (String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, passwordChars) instanceof PrivateKey key) {
                    return new CertifiedKey(
                            key,
                            Arrays.stream(store.getCertificateChain(alias))
                                    .map(X509Certificate.class::cast)
                                    .toList());
                }
            }
            throw new UnusableKeyException("there is no private key in " + path
                    + "; export it together with the certificate (Windows: \"Yes, export the private key\")");
        } catch (IOException e) {
            throw e.getCause() instanceof UnrecoverableKeyException
                    ? new UnusableKeyException(
                            password == null
                                    ? path + " is encrypted, but no password is configured"
                                    : "the configured password is wrong for " + path,
                            e)
                    : unreadable(path, e);
        } catch (GeneralSecurityException e) {
            throw unreadable(path, e);
        } finally {
            Arrays.fill(passwordChars, '\0');
        }
    }

    private static UnusableKeyException unreadable(Path path, Exception e) {
        return new UnusableKeyException(
                path + " is neither a PEM certificate nor a readable PFX file: " + e.getMessage(), e);
    }
}
