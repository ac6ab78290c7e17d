package org.o365relay.accept.tls;

import java.security.GeneralSecurityException;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/// Enables TLS 1.0 and 1.1 (RFC 8996 §1), ciphers without forward secrecy or with 3DES, and signatures with SHA-1
/// in TLS 1.2 (RFC 9155 §2), for devices that support nothing newer.
///
/// The JDK disables them with a security property that it reads only once, at the first use of TLS in the
/// process, so [#allow] must be called earlier. After that call, every TLS server in the process accepts these
/// versions, and RSA key exchange, unless it sets its own TLS versions and ciphers. Ciphers with 3DES must be
/// enabled explicitly, and signatures with SHA-1 by [#enableOldSignatures]. The default TLS versions and
/// signature schemes for outgoing connections are unchanged.
public final class OldTls {

    private static final String PROPERTY = "jdk.tls.disabledAlgorithms";
    private static final Set<String> REENABLED = Set.of(
            "TLSv1",
            "TLSv1.1",
            "TLS_RSA_*",
            "3DES_EDE_CBC",
            "rsa_pkcs1_sha1 usage HandshakeSignature",
            "ecdsa_sha1 usage HandshakeSignature");

    private static final List<String> CURRENT = List.of("TLSv1.3", "TLSv1.2");
    private static final List<String> WITH_OLD = List.of("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1");

    // the signature schemes that the JDK enables by default, in its order
    private static final List<String> SIGNATURES = List.of(
            "ecdsa_secp256r1_sha256",
            "ecdsa_secp384r1_sha384",
            "ecdsa_secp521r1_sha512",
            "ed25519",
            "ed448",
            "rsa_pss_rsae_sha256",
            "rsa_pss_rsae_sha384",
            "rsa_pss_rsae_sha512",
            "rsa_pss_pss_sha256",
            "rsa_pss_pss_sha384",
            "rsa_pss_pss_sha512",
            "rsa_pkcs1_sha256",
            "rsa_pkcs1_sha384",
            "rsa_pkcs1_sha512",
            "dsa_sha256",
            "ecdsa_sha224",
            "rsa_sha224",
            "dsa_sha224");

    private static final List<String> OLD_SIGNATURES = List.of("ecdsa_sha1", "rsa_pkcs1_sha1");

    private OldTls() {}

    /// Allows old TLS. Must be called before the first use of TLS in the process.
    public static void allow() {
        Security.setProperty(PROPERTY, without(String.valueOf(Security.getProperty(PROPERTY))));
        // keeps the default TLS versions for outgoing connections, and the default signature schemes for all
        System.setProperty("jdk.tls.client.protocols", "TLSv1.3,TLSv1.2");
        String signatures = String.join(",", SIGNATURES);
        System.setProperty("jdk.tls.client.SignatureSchemes", signatures);
        System.setProperty("jdk.tls.server.SignatureSchemes", signatures);
    }

    /// @param disabled value of the security property that lists the disabled algorithms
    /// @return the value without the algorithms of old TLS
    public static String without(String disabled) {
        return Arrays.stream(disabled.split(",", -1))
                .map(String::strip)
                .filter(name -> !REENABLED.contains(name))
                .collect(Collectors.joining(", "));
    }

    /// @return whether this process can use TLS 1.0
    public static boolean isAllowed() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            engine.setEnabledProtocols(new String[] {"TLSv1"});
            engine.beginHandshake();
            return true;
        } catch (SSLException disabled) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no usable TLS: " + e.getMessage(), e);
        }
    }

    /// @param old whether to include TLS 1.0 and 1.1
    /// @return the TLS versions to enable, in order of preference
    public static List<String> versions(boolean old) {
        return old ? WITH_OLD : CURRENT;
    }

    /// Allows the server to sign with SHA-1 if the client accepts nothing else.
    static void enableOldSignatures(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setSignatureSchemes(
                Stream.concat(SIGNATURES.stream(), OLD_SIGNATURES.stream()).toArray(String[]::new));
        engine.setSSLParameters(parameters);
    }

    /// @param old whether to include cipher suites with RSA key exchange or 3DES
    /// @return the default cipher suites of the JDK, without those with RSA key exchange if `old` is false;
    ///     followed by those with 3DES if it is true
    static List<String> ciphers(boolean old) {
        try {
            SSLContext context = SSLContext.getDefault();
            List<String> enabled = List.of(context.getDefaultSSLParameters().getCipherSuites());
            Stream<String> tripleDes = Arrays.stream(
                            context.getSupportedSSLParameters().getCipherSuites())
                    .filter(suite -> suite.contains("_WITH_3DES_") && !suite.contains("_anon_"));
            return old
                    ? Stream.concat(enabled.stream(), tripleDes).distinct().toList()
                    : enabled.stream()
                            .filter(suite -> !suite.startsWith("TLS_RSA_"))
                            .toList();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no usable TLS: " + e.getMessage(), e);
        }
    }
}
