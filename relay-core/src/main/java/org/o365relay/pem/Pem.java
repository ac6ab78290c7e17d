package org.o365relay.pem;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// PEM text (RFC 7468 §2): a sequence of blocks. Any text between the blocks is ignored.
///
/// @param blocks the blocks in order of appearance
public record Pem(List<Block> blocks) {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s(.*?)-----END \\1-----", Pattern.DOTALL);

    public Pem {
        blocks = List.copyOf(blocks);
    }

    /// @param label label of the block, such as `PRIVATE KEY`
    /// @param body base64 text, possibly preceded by headers
    public record Block(String label, String body) {

        /// Decodes the body. Characters outside the base64 alphabet are ignored.
        ///
        /// @throws IllegalArgumentException if the base64 is incomplete or has wrong padding
        public byte[] octets() {
            return Base64.getMimeDecoder().decode(body);
        }

        /// @return whether the block is encrypted, in PKCS #8 or in the traditional format of OpenSSL
        public boolean isEncrypted() {
            return label.startsWith("ENCRYPTED ") || body.contains("ENCRYPTED");
        }

        /// Hides the body, which may be a private key.
        @Override
        public String toString() {
            return label;
        }
    }

    public static Pem parse(byte[] text) {
        List<Block> blocks = new ArrayList<>();
        for (Matcher matcher = BLOCK.matcher(new String(text, StandardCharsets.ISO_8859_1)); matcher.find(); ) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return new Pem(blocks);
    }

    /// @return the certificates in order of appearance; empty if there are none
    /// @throws CertificateException if a certificate is damaged
    public List<X509Certificate> certificates() throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label().equals("CERTIFICATE")) {
                certificates.add(certificate(block));
            }
        }
        return certificates;
    }

    private static X509Certificate certificate(Block block) throws CertificateException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.octets()));
        } catch (IllegalArgumentException e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }

    /// @return the first block with a private key in any format; empty if there is none
    public Optional<Block> privateKey() {
        return blocks.stream()
                .filter(block -> block.label().endsWith("PRIVATE KEY"))
                .findFirst();
    }

    /// @param encoded key in PKCS #8 (RFC 5208 §5)
    /// @param algorithms the JDK's names for the algorithms to try, in this order
    /// @return the key; empty if the key is damaged or is not for any of these algorithms
    public static Optional<PrivateKey> privateKey(KeySpec encoded, List<String> algorithms) {
        return algorithms.stream()
                .flatMap(algorithm -> privateKey(encoded, algorithm).stream())
                .findFirst();
    }

    private static Optional<PrivateKey> privateKey(KeySpec encoded, String algorithm) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(encoded));
        } catch (InvalidKeySpecException _) {
            return Optional.empty();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // the JDK provides the algorithms
        }
    }

    /// @return whether the public key verifies signatures made with the private key
    public static boolean isPair(PrivateKey privateKey, PublicKey publicKey) {
        try {
            Signature signature = Signature.getInstance(
                    switch (privateKey.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> "EdDSA";
                    });
            signature.initSign(privateKey);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false; // the keys have different algorithms, or one of them is unusable
        }
    }

    /// @return the certificate as PEM text
    public static String text(Certificate certificate) throws CertificateEncodingException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
        return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
    }
}
