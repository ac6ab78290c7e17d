package org.o365relay.net;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;
import org.o365relay.pem.Pem;

/// Reads a certificate and its private key from PEM files (RFC 7468). The key must be in PKCS #8, encrypted or
/// not.
final class PemKey {

    private static final List<String> ALGORITHMS = List.of("RSA", "EC");

    private PemKey() {}

    static CertifiedKey read(
            Path certificate, byte[] certificateOctets, @Nullable Path key, byte[] keyOctets, @Nullable Secret password)
            throws UnusableKeyException {
        List<X509Certificate> chain = certificates(certificate, certificateOctets);
        return new CertifiedKey(key(key == null ? certificate : key, keyOctets, password), chain);
    }

    private static List<X509Certificate> certificates(Path path, byte[] octets) throws UnusableKeyException {
        try {
            List<X509Certificate> chain = Pem.parse(octets).certificates();
            if (chain.isEmpty()) {
                throw new UnusableKeyException("there is no PEM certificate in " + path
                        + "; a certificate starts with -----BEGIN CERTIFICATE-----");
            }
            return chain;
        } catch (CertificateException e) {
            throw new UnusableKeyException("a certificate in " + path + " is damaged: " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(Path path, byte[] octets, @Nullable Secret password) throws UnusableKeyException {
        Pem.Block block = Pem.parse(octets)
                .privateKey()
                .orElseThrow(() -> new UnusableKeyException(
                        "there is no PEM private key in " + path + "; a key starts with -----BEGIN PRIVATE KEY-----"));
        KeySpec encoded = switch (block.label()) {
            case "PRIVATE KEY" -> new PKCS8EncodedKeySpec(octets(block, path));
            case "ENCRYPTED PRIVATE KEY" -> decrypted(block, path, password);
            default ->
                throw new UnusableKeyException("the " + block.label() + " in " + path + " is not in PKCS #8;"
                        + " convert it with: openssl pkcs8 -topk8 -in " + path + " -out key-pkcs8.pem");
        };
        return Pem.privateKey(encoded, ALGORITHMS)
                .orElseThrow(() -> new UnusableKeyException("the " + block + " in " + path
                        + " is damaged, or neither RSA nor EC; inspect it with: openssl pkey -noout -text -in "
                        + path));
    }

    private static byte[] octets(Pem.Block block, Path path) throws UnusableKeyException {
        try {
            return block.octets();
        } catch (IllegalArgumentException e) {
            throw new UnusableKeyException("the key in " + path + " is damaged", e);
        }
    }

    // RFC 5958 §3
    private static KeySpec decrypted(Pem.Block block, Path path, @Nullable Secret password)
            throws UnusableKeyException {
        if (password == null) {
            throw new UnusableKeyException("the key in " + path + " is encrypted, but no password is configured");
        }
        PBEKeySpec keySpec = new PBEKeySpec(password.reveal().toCharArray());
        try {
            EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(octets(block, path));
            Cipher cipher = Cipher.getInstance(cipher(encrypted));
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(cipher(encrypted)).generateSecret(keySpec),
                    encrypted.getAlgParameters());
            return encrypted.getKeySpec(cipher);
        } catch (IOException e) {
            throw new UnusableKeyException(
                    "the key in " + path
                            + " is damaged, or encrypted with an algorithm that Java does not support; convert it"
                            + " with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in " + path + " -out key-pkcs8.pem",
                    e);
        } catch (GeneralSecurityException e) {
            throw new UnusableKeyException("the configured password is wrong for the key in " + path, e);
        } finally {
            keySpec.clearPassword();
        }
    }

    /// @return the JDK's name for the cipher; for PBES2, the name contained in the parameters
    private static String cipher(EncryptedPrivateKeyInfo encrypted) {
        String name = encrypted.getAlgName();
        return name.equals("PBES2") || name.startsWith("1.2.") ? String.valueOf(encrypted.getAlgParameters()) : name;
    }
}
