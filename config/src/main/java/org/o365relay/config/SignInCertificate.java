package org.o365relay.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collections;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.mail.Secret;

/// The certificate an app signs in with, and its key: PEM, or PFX (PKCS #12). Looked into here so that a mistake is
/// told before the first mail waits for it.
///
/// @param key empty if it is in the file of the certificate
/// @param password of the key
record SignInCertificate(Path file, Optional<Path> key, Optional<Secret> password) {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    /// A part of a PEM file.
    private record Block(String label, String body) {

        /// Keys stay out of logs.
        @Override
        public String toString() {
            return label;
        }
    }

    /// @return the app's own certificate
    Parsed<X509Certificate> read() {
        return FileContent.read(file).then(content -> {
            String text = new String(content, StandardCharsets.ISO_8859_1);
            return text.contains("-----BEGIN ") ? pem(text) : pfx(content);
        });
    }

    private Parsed<X509Certificate> pem(String text) {
        Optional<Block> certificate = block(text, "CERTIFICATE");
        return certificate
                .map(block -> certificate(block).then(found -> keyText(text).then(holder -> withKey(found, holder))))
                .orElseGet(() -> new Parsed.Bad<>(file + " holds no certificate (-----BEGIN CERTIFICATE-----)"));
    }

    private Parsed<String> keyText(String text) {
        return key.map(path -> FileContent.read(path)
                        .<String>then(content -> new Parsed.Good<>(new String(content, StandardCharsets.ISO_8859_1))))
                .orElseGet(() -> new Parsed.Good<>(text));
    }

    private Parsed<X509Certificate> withKey(X509Certificate certificate, String text) {
        Path holder = key.orElse(file);
        Optional<Block> block = block(text, "PRIVATE KEY");
        if (block.isEmpty()) {
            return new Parsed.Bad<>(
                    holder + " holds no private key (-----BEGIN PRIVATE KEY-----); name its file with certificate-key");
        }
        return switch (block.get().label()) {
            case "PRIVATE KEY" -> matching(certificate, block.get(), holder);
            case "ENCRYPTED PRIVATE KEY" ->
                password.isPresent()
                        ? new Parsed.Good<>(certificate)
                        : new Parsed.Bad<>(
                                "the key in %s is encrypted; give certificate-password-file".formatted(holder));
            case String other ->
                new Parsed.Bad<>(
                        "the key in %s is in another format (%s); convert it with: openssl pkcs8 -topk8 -nocrypt"
                                        .formatted(holder, other)
                                + " -in " + holder + " -out key-pkcs8.pem");
        };
    }

    // RFC 7518 §3.5: PS256, which Microsoft Entra asks for, is RSA
    private static Parsed<X509Certificate> matching(X509Certificate certificate, Block block, Path holder) {
        try {
            byte[] octets = Base64.getMimeDecoder().decode(block.body());
            var secret = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(octets));
            boolean belongs = secret instanceof RSAKey mine
                    && certificate.getPublicKey() instanceof RSAKey theirs
                    && mine.getModulus().equals(theirs.getModulus());
            return belongs
                    ? new Parsed.Good<>(certificate)
                    : new Parsed.Bad<>("the key in %s does not belong to the certificate; name the file that does"
                            .formatted(holder));
        } catch (InvalidKeySpecException | IllegalArgumentException unusable) {
            return new Parsed.Bad<>(
                    "the key in %s is no RSA key, which Microsoft Entra asks for, or is damaged".formatted(holder));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // the JDK has RSA
        }
    }

    private Parsed<X509Certificate> certificate(Block block) {
        try {
            byte[] octets = Base64.getMimeDecoder().decode(block.body());
            return new Parsed.Good<>((X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(octets)));
        } catch (CertificateException | IllegalArgumentException damaged) {
            return new Parsed.Bad<>("the certificate in %s cannot be read; is the file damaged?".formatted(file));
        }
    }

    private Parsed<X509Certificate> pfx(byte[] content) {
        char[] secret = password.map(Secret::reveal).orElse("").toCharArray();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), secret);
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                    return new Parsed.Good<>(certificate);
                }
            }
            return new Parsed.Bad<>(file + " holds no certificate with its private key; export it with the key");
        } catch (IOException | GeneralSecurityException unreadable) {
            return new Parsed.Bad<>(file + " is neither PEM nor a PFX that "
                    + (password.isPresent() ? "certificate-password opens" : "opens without a certificate-password"));
        }
    }

    private static Optional<Block> block(String text, String label) {
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).endsWith(label)) {
                return Optional.of(new Block(matcher.group(1), matcher.group(2)));
            }
        }
        return Optional.empty();
    }
}
