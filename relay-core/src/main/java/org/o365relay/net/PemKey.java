package org.o365relay.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;

/// Reads a certificate and its key from PEM (RFC 7468): PKCS #8, encrypted or not.
final class PemKey {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final List<String> ALGORITHMS = List.of("RSA", "EC");

    private final Path path;
    private final List<Block> blocks = new ArrayList<>();

    private record Block(String label, String body) {
        byte[] octets() {
            return Base64.getMimeDecoder().decode(body);
        }

        /// Hides the key.
        @Override
        public String toString() {
            return label;
        }
    }

    private PemKey(Path path, byte[] octets) {
        this.path = path;
        Matcher matcher = BLOCK.matcher(new String(octets, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
    }

    static CertifiedKey read(
            Path certificate, byte[] certificateOctets, @Nullable Path key, byte[] keyOctets, @Nullable Secret password)
            throws UnusableKeyException {
        List<X509Certificate> chain = new PemKey(certificate, certificateOctets).certificates();
        return new CertifiedKey(new PemKey(key == null ? certificate : key, keyOctets).key(password), chain);
    }

    private List<X509Certificate> certificates() throws UnusableKeyException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label().equals("CERTIFICATE")) {
                chain.add(certificate(block));
            }
        }
        if (chain.isEmpty()) {
            throw new UnusableKeyException(
                    "there is no PEM certificate in " + path + "; it starts with -----BEGIN CERTIFICATE-----");
        }
        return chain;
    }

    private X509Certificate certificate(Block block) throws UnusableKeyException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.octets()));
        } catch (CertificateException | IllegalArgumentException e) {
            throw new UnusableKeyException("a certificate in " + path + " is damaged: " + e.getMessage(), e);
        }
    }

    private PrivateKey key(@Nullable Secret password) throws UnusableKeyException {
        Block block = blocks.stream()
                .filter(each -> each.label().endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new UnusableKeyException(
                        "there is no PEM private key in " + path + "; it starts with -----BEGIN PRIVATE KEY-----"));
        return switch (block.label()) {
            case "PRIVATE KEY" -> key(block, new PKCS8EncodedKeySpec(octets(block)));
            case "ENCRYPTED PRIVATE KEY" -> key(block, decrypted(block, password));
            default ->
                throw new UnusableKeyException("the key in " + path + " is a " + block.label() + ", not in PKCS #8;"
                        + " convert it with: openssl pkcs8 -topk8 -in " + path + " -out key-pkcs8.pem");
        };
    }

    private byte[] octets(Block block) throws UnusableKeyException {
        try {
            return block.octets();
        } catch (IllegalArgumentException e) {
            throw new UnusableKeyException("the key in " + path + " is damaged", e);
        }
    }

    // RFC 5958 §3
    private KeySpec decrypted(Block block, @Nullable Secret password) throws UnusableKeyException {
        if (password == null) {
            throw new UnusableKeyException("the key in " + path + " is encrypted, but no password is configured");
        }
        PBEKeySpec keySpec = new PBEKeySpec(password.reveal().toCharArray());
        try {
            EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(octets(block));
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

    /// @return the JDK's cipher name; for PBES2 it is in the parameters
    private static String cipher(EncryptedPrivateKeyInfo encrypted) {
        String name = encrypted.getAlgName();
        return name.equals("PBES2") || name.startsWith("1.2.") ? String.valueOf(encrypted.getAlgParameters()) : name;
    }

    private PrivateKey key(Block block, KeySpec encoded) throws UnusableKeyException {
        for (String algorithm : ALGORITHMS) {
            Optional<PrivateKey> key = key(algorithm, encoded);
            if (key.isPresent()) {
                return key.get();
            }
        }
        throw new UnusableKeyException("the " + block + " in " + path
                + " is damaged, or neither RSA nor EC; inspect it with: openssl pkey -noout -text -in " + path);
    }

    /// @return empty if the key has another algorithm
    private static Optional<PrivateKey> key(String algorithm, KeySpec encoded) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(encoded));
        } catch (InvalidKeySpecException _) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // the JDK provides both
        }
    }

    /// @return whether the two keys are a pair
    static boolean isPair(PrivateKey privateKey, PublicKey publicKey) {
        try {
            Signature signature =
                    Signature.getInstance(privateKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
            signature.initSign(privateKey);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false; // different algorithms
        }
    }
}
