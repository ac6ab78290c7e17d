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

/// Enables TLS 1.0 and 1.1 (RFC 8996 §1) and ciphers without forward secrecy, for devices that support nothing
/// newer.
///
/// The JDK disables these versions and ciphers with a security property that it reads only once, at the first
/// use of TLS in the process, so [#allow] must be called earlier. After that call, every TLS server in the
/// process accepts them unless it sets its own TLS versions and ciphers. The default TLS versions for outgoing
/// connections are unchanged.
public final class OldTls {

    private static final String PROPERTY = "jdk.tls.disabledAlgorithms";
    private static final Set<String> REENABLED = Set.of("TLSv1", "TLSv1.1", "TLS_RSA_*");

    private static final List<String> CURRENT = List.of("TLSv1.3", "TLSv1.2");
    private static final List<String> WITH_OLD = List.of("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1");

    private OldTls() {}

    /// Allows old TLS. Must be called before the first use of TLS in the process.
    public static void allow() {
        Security.setProperty(PROPERTY, without(String.valueOf(Security.getProperty(PROPERTY))));
        // keeps the default TLS versions for outgoing connections
        System.setProperty("jdk.tls.client.protocols", "TLSv1.3,TLSv1.2");
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

    /// @param old whether to include cipher suites with RSA key exchange
    /// @return the default cipher suites of the JDK
    static List<String> ciphers(boolean old) {
        try {
            Stream<String> enabled = Arrays.stream(
                    SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites());
            return enabled.filter(suite -> old || !suite.startsWith("TLS_RSA_")).toList();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no usable TLS: " + e.getMessage(), e);
        }
    }
}
