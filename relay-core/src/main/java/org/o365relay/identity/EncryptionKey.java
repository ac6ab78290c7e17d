package org.o365relay.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.o365relay.mail.Secret;

/// An AES key derived from the configured key, which may be a password. The derivation is slow by design, so
/// callers cache the result.
final class EncryptionKey {

    static final int ITERATIONS = 600_000; // OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA256

    private static final int SALT_OCTETS = 16;
    private static final int CHECK_OCTETS = 16;

    private final byte[] salt;
    private final SecretKey aes;
    private final byte[] check;
    private final byte[] fingerprint; // SHA-256 of the secret, which may change while the relay runs

    private EncryptionKey(byte[] salt, SecretKey aes, byte[] check, byte[] fingerprint) {
        this.salt = salt;
        this.aes = aes;
        this.check = check;
        this.fingerprint = fingerprint;
    }

    /// Derives a key with a new salt.
    static EncryptionKey generate(Secret secret, SecureRandom random, int iterations) {
        byte[] salt = new byte[SALT_OCTETS];
        random.nextBytes(salt);
        return derive(secret, salt, iterations);
    }

    static EncryptionKey derive(Secret secret, byte[] salt, int iterations) {
        try {
            String revealed = secret.reveal();
            PBEKeySpec spec = new PBEKeySpec(revealed.toCharArray(), salt, iterations, 256);
            byte[] octets = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
            spec.clearPassword();
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(octets, "HmacSHA256"));
            byte[] check = Arrays.copyOf(mac.doFinal("check".getBytes(StandardCharsets.US_ASCII)), CHECK_OCTETS);
            return new EncryptionKey(salt, new SecretKeySpec(octets, "AES"), check, fingerprint(revealed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // the JDK provides these algorithms
        }
    }

    byte[] salt() {
        return salt;
    }

    SecretKey aes() {
        return aes;
    }

    /// @return a check value, which is equal for equal keys and differs for different keys
    byte[] check() {
        return check;
    }

    /// @return whether the key was derived from the current value of this secret
    boolean isDerivedFrom(Secret secret) {
        return MessageDigest.isEqual(fingerprint, fingerprint(secret.reveal()));
    }

    private static byte[] fingerprint(String revealed) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(revealed.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // the JDK provides SHA-256
        }
    }
}
