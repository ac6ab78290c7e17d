package org.o365relay.net;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// TLS parameters for outgoing connections. The setting `old-tls` does not affect them, because it applies only
/// to connections from devices.
public final class OutgoingTls {

    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private OutgoingTls() {}

    /// @return the allowed TLS versions, the preferred version first
    public static String[] versions() {
        return VERSIONS.clone();
    }

    /// @return the JDK's cipher suites without the `TLS_RSA_` suites, which are enabled for the whole process
    ///     if devices may use old TLS
    public static String[] ciphers(SSLContext context) {
        return Arrays.stream(context.getDefaultSSLParameters().getCipherSuites())
                .filter(suite -> !suite.startsWith("TLS_RSA_"))
                .toArray(String[]::new);
    }

    /// @return parameters that require the certificate to match the host name
    public static SSLParameters parameters(SSLContext context) {
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setProtocols(versions());
        parameters.setCipherSuites(ciphers(context));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return parameters;
    }

    /// @return TLS version, cipher and server certificate on one line, for the admin
    public static String summary(SSLSession session) {
        return session.getProtocol() + ", " + session.getCipherSuite() + ", " + certificate(session);
    }

    private static String certificate(SSLSession session) {
        try {
            return Arrays.stream(session.getPeerCertificates())
                    .limit(1)
                    .map(X509Certificate.class::cast)
                    .map(certificate -> "certificate " + certificate.getSubjectX500Principal() + ", valid until "
                            + ServerTrust.date(certificate.getNotAfter()))
                    .collect(Collectors.joining());
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException("TLS without a certificate", e); // no anonymous cipher suite is enabled
        }
    }
}
