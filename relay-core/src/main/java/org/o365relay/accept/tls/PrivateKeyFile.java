package org.o365relay.accept.tls;

import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;

/// Reads an unencrypted PKCS #8 private key, RSA or elliptic curve (RFC 5208 §5).
final class PrivateKeyFile {

    private static final String KEY = "relay.tls.key";
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private PrivateKeyFile() {}

    static PrivateKey read(Path path) throws UnusableCertificateException {
        PemFile.Section section = keySection(PemFile.read(path, KEY));
        if (section.isEncrypted()) {
            throw new UnusableCertificateException("the key in " + path + " is encrypted; " + conversion(path));
        }
        return switch (section.label()) {
            case "PRIVATE KEY" -> decoded(section, path);
            case "RSA PRIVATE KEY" -> throw otherFormat(path, "PKCS #1");
            case "EC PRIVATE KEY" -> throw otherFormat(path, "SEC 1");
            default -> throw otherFormat(path, section.label());
        };
    }

    private static PemFile.Section keySection(PemFile file) throws UnusableCertificateException {
        return file.sections().stream()
                .filter(section -> section.label().endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new UnusableCertificateException("there is no PEM private key in " + file.path()
                        + " (" + KEY + "); it starts with -----BEGIN PRIVATE KEY-----"));
    }

    private static UnusableCertificateException otherFormat(Path path, String format) {
        return new UnusableCertificateException(
                "the key in " + path + " is in the format " + format + ", not in PKCS #8; " + conversion(path));
    }

    private static String conversion(Path path) {
        return "convert it with: openssl pkcs8 -topk8 -nocrypt -in " + path + " -out key-pkcs8.pem, and set " + KEY
                + " to the new file";
    }

    private static PrivateKey decoded(PemFile.Section section, Path path) throws UnusableCertificateException {
        return ALGORITHMS.stream()
                .flatMap(algorithm -> key(section, algorithm).stream())
                .findFirst()
                .orElseThrow(() -> new UnusableCertificateException("the key in " + path + " (" + KEY
                        + ") is damaged, or neither RSA nor EC; inspect it with: openssl pkey"
                        + " -noout -text -in " + path));
    }

    /// @return the private key; empty if its algorithm is a different one
    private static Optional<PrivateKey> key(PemFile.Section section, String algorithm) {
        try {
            return Optional.of(
                    KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(section.octets())));
        } catch (InvalidKeySpecException | IllegalArgumentException _) {
            return Optional.empty();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK supports these algorithms
        }
    }

    /// @return whether the public key verifies signatures of the private key
    static boolean match(PrivateKey privateKey, PublicKey publicKey) {
        try {
            Signature signature = Signature.getInstance(algorithm(privateKey));
            signature.initSign(privateKey);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException _) {
            return false; // different algorithms
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK supports these algorithms
        }
    }

    private static String algorithm(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
    }
}
