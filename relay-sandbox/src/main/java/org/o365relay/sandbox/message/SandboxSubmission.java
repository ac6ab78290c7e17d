package org.o365relay.sandbox.message;

import java.net.InetSocketAddress;
import java.util.List;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// The envelope and origin of a message. The components have the same meaning as in [AcceptedMessage], except
/// that `tls` is the TLS session, or null without TLS.
public record SandboxSubmission(
        Ingress ingress,
        String envelopeFrom,
        List<String> envelopeTo,
        String user,
        String mechanism,
        @Nullable SSLSession tls,
        InetSocketAddress client,
        String helo) {}
