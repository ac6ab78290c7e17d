package org.o365relay.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.mail.Secret;

/// The stored login of a user, in a file encrypted with AES-256-GCM.
///
/// Not thread-safe. Another process may replace the file at any time.
final class EncryptedLoginFile {

    private static final String FORMAT = "o365-relay login 1";
    private static final int NONCE_OCTETS = 12; // NIST SP 800-38D §8.2: 96 bits
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final Secret secret;
    private final int iterations;
    private @Nullable EncryptionKey key;
    private byte[] lastContent = new byte[0];

    /// @param iterations number of iterations of the key derivation; must be the same whenever the file is read
    EncryptedLoginFile(Path path, Secret secret, int iterations) {
        this.path = path;
        this.secret = secret;
        this.iterations = iterations;
    }

    /// @return the decrypted content; empty if the file does not exist
    /// @throws SignInException if the file cannot be read, has another format, is damaged, or is encrypted with
    ///     another key
    Optional<String> read() throws SignInException {
        try {
            byte[] octets = Files.readAllBytes(path);
            String content = decrypted(octets);
            lastContent = octets;
            return Optional.of(content);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (AccessDeniedException e) {
            throw unusable("the relay's user cannot read " + path, e);
        } catch (IOException e) {
            throw unusable("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /// Checks that the file is a stored login or does not exist, so that no other file is overwritten.
    ///
    /// @throws SignInException if the file cannot be read or is not a stored login
    void requireOwnFormat() throws SignInException {
        try {
            content(Files.readAllBytes(path));
        } catch (NoSuchFileException _) {
            return; // no file to overwrite
        } catch (IOException e) {
            throw unusable("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /// The JSON object in the file. All members except `format` are in Base64.
    ///
    /// @param check check value of the key; distinguishes a wrong key from a damaged file
    private record Content(String format, String salt, String check, String nonce, String content) {}

    private Content content(byte[] octets) throws SignInException {
        return Json.read(octets, Content.class)
                .filter(content -> content.format().equals(FORMAT))
                .orElseThrow(() -> unusable(path
                        + " is not a login stored by o365-relay; configure another token-file, or remove the file and"
                        + " run o365-relay login"));
    }

    private String decrypted(byte[] octets) throws SignInException {
        Content stored = content(octets);
        try {
            EncryptionKey derived = key(octets(stored.salt()));
            if (!MessageDigest.isEqual(derived.check(), octets(stored.check()))) {
                throw unusable(path
                        + " is not encrypted with the configured key; configure the key that it is encrypted"
                        + " with, or run o365-relay login again");
            }
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, derived, octets(stored.nonce()));
            return new String(cipher.doFinal(octets(stored.content())), StandardCharsets.UTF_8);
        } catch (AEADBadTagException | IllegalArgumentException e) {
            throw unusable(path + " is damaged; run o365-relay login again", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // the JDK provides these algorithms
        }
    }

    /// Replaces the content, unless another process has replaced the file since it was last read or written.
    ///
    /// @throws SignInException if the file cannot be read or written
    void rewrite(String content) throws SignInException {
        try {
            if (MessageDigest.isEqual(Files.readAllBytes(path), lastContent)) {
                write(content);
            }
        } catch (IOException e) {
            throw unusable("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /// Creates or replaces the file atomically ([ProtectedFile]).
    ///
    /// @throws SignInException if the file cannot be written
    void write(String content) throws SignInException {
        try {
            byte[] octets = (Json.text(encrypted(content)) + "\n").getBytes(StandardCharsets.US_ASCII);
            ProtectedFile.replace(path, octets);
            lastContent = octets;
        } catch (IOException e) {
            throw unusable(
                    "cannot write the login to " + path + ": " + e.getMessage()
                            + "; the relay's user needs write access to the directory",
                    e);
        }
    }

    private Content encrypted(String content) {
        EncryptionKey encryptionKey =
                key == null || !key.isDerivedFrom(secret) ? EncryptionKey.generate(secret, RANDOM, iterations) : key;
        key = encryptionKey;
        byte[] nonce = new byte[NONCE_OCTETS];
        RANDOM.nextBytes(nonce);
        try {
            byte[] octets =
                    cipher(Cipher.ENCRYPT_MODE, encryptionKey, nonce).doFinal(content.getBytes(StandardCharsets.UTF_8));
            return new Content(
                    FORMAT, base64(encryptionKey.salt()), base64(encryptionKey.check()), base64(nonce), base64(octets));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // the JDK provides these algorithms
        }
    }

    private EncryptionKey key(byte[] salt) {
        if (key == null || !key.isDerivedFrom(secret) || !MessageDigest.isEqual(key.salt(), salt)) {
            key = EncryptionKey.derive(secret, salt, iterations);
        }
        return key;
    }

    private static Cipher cipher(int mode, EncryptionKey key, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.aes(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(FORMAT.getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }

    private static byte[] octets(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private static SignInException unusable(String text) {
        return SignInException.misconfigured(SignInException.NO_LOGIN, text, null);
    }

    private static SignInException unusable(String text, Exception cause) {
        return SignInException.misconfigured(SignInException.NO_LOGIN, text, cause);
    }
}
