package org.o365relay.net;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// A generated key and its certificate, in every form that an admin may have.
///
/// @param pfx PFX file, encrypted with [#PASSWORD]
public record KeyMaker(Path pfx, Key key, X509Certificate certificate) {

    public static final String PASSWORD = "k3y-password";

    private static final String CIPHER = "PBEWithHmacSHA256AndAES_256"; // as openssl pkcs8 -topk8 does it

    public static KeyMaker rsa(String name, Path directory) {
        return made(name, directory, CertificateBuilder.Algorithm.rsa2048);
    }

    public static KeyMaker elliptic(String name, Path directory) {
        return made(name, directory, CertificateBuilder.Algorithm.ecp256);
    }

    private static KeyMaker made(String name, Path directory, CertificateBuilder.Algorithm algorithm) {
        try {
            X509Bundle bundle = new CertificateBuilder()
                    .algorithm(algorithm)
                    .subject("CN=" + name)
                    .setIsCertificateAuthority(true)
                    .notAfter(Instant.now().plus(Duration.ofDays(2)))
                    .buildSelfSigned();
            Path pfx = directory.resolve(name + ".pfx");
            try (OutputStream out = Files.newOutputStream(pfx)) {
                bundle.toKeyStore("PKCS12", PASSWORD.toCharArray()).store(out, PASSWORD.toCharArray());
            }
            return new KeyMaker(pfx, bundle.getKeyPair().getPrivate(), bundle.getCertificate());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// Certificate and key in one file.
    public Path pem(String name) throws IOException {
        return write(name, certificateBlock() + block("PRIVATE KEY", key.getEncoded()));
    }

    public Path certificatePem(String name) throws IOException {
        return write(name, certificateBlock());
    }

    public Path keyPem(String name) throws IOException {
        return write(name, block("PRIVATE KEY", key.getEncoded()));
    }

    public Path encryptedKeyPem(String name) throws IOException {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    SecretKeyFactory.getInstance(CIPHER).generateSecret(new PBEKeySpec(PASSWORD.toCharArray())));
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("PBES2");
            parameters.init(cipher.getParameters().getEncoded());
            byte[] sealed = new EncryptedPrivateKeyInfo(parameters, cipher.doFinal(key.getEncoded())).getEncoded();
            return write(name, block("ENCRYPTED PRIVATE KEY", sealed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String certificateBlock() {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(
                pfx.resolveSibling(certificate.getSubjectX500Principal().getName() + "-" + name), text);
    }

    private static String block(String label, byte[] octets) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }
}
