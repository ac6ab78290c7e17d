package org.o365relay.accept.tls;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;
import org.o365relay.pem.Pem;

/// Reads an unencrypted PKCS #8 private key (RFC 5208 §5) for RSA, EC or EdDSA.
final class PrivateKeyFile {

    private static final String KEY = "relay.tls.key";
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private PrivateKeyFile() {}

    static PrivateKey read(Path path) throws UnusableCertificateException {
        Pem.Block block = CertificateFiles.read(path, KEY)
                .privateKey()
                .orElseThrow(() -> new UnusableCertificateException("there is no PEM private key in " + path + " ("
                        + KEY + "); a key starts with -----BEGIN PRIVATE KEY-----"));
        if (block.isEncrypted()) {
            throw new UnusableCertificateException("the key in " + path + " is encrypted; " + conversion(path));
        }
        return switch (block.label()) {
            case "PRIVATE KEY" -> decoded(block, path);
            case "RSA PRIVATE KEY" -> throw otherFormat(path, "PKCS #1");
            case "EC PRIVATE KEY" -> throw otherFormat(path, "SEC 1");
            default -> throw otherFormat(path, block.label());
        };
    }

    private static UnusableCertificateException otherFormat(Path path, String format) {
        return new UnusableCertificateException(
                "the key in " + path + " is in the format " + format + ", not in PKCS #8; " + conversion(path));
    }

    private static String conversion(Path path) {
        return "convert it with: openssl pkcs8 -topk8 -nocrypt -in " + path + " -out key-pkcs8.pem, and set " + KEY
                + " to the new file";
    }

    private static PrivateKey decoded(Pem.Block block, Path path) throws UnusableCertificateException {
        return octets(block)
                .flatMap(octets -> Pem.privateKey(new PKCS8EncodedKeySpec(octets), ALGORITHMS))
                .orElseThrow(() -> new UnusableCertificateException("the key in " + path + " (" + KEY
                        + ") is damaged, or neither RSA nor EC; inspect it with: openssl pkey"
                        + " -noout -text -in " + path));
    }

    private static Optional<byte[]> octets(Pem.Block block) {
        try {
            return Optional.of(block.octets());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
