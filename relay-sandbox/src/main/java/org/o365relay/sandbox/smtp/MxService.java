package org.o365relay.sandbox.smtp;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.message.Header;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.settings.MxSettings;
import org.o365relay.sandbox.tenant.SandboxState;

/// The MX, without AUTH. A client that matches the inbound connector by address or certificate may send from
/// the tenant's domains to any recipient, and from any sender to the tenant's domains. All other clients may
/// send only to the tenant's domains; if direct send is not allowed, the sender must be outside these domains.
record MxService(SandboxState state, ExchangeReplies replies, SSLContext tls) implements SmtpService {

    private static final int SAN_DNS_NAME = 2;

    @Override
    public Ingress ingress() {
        return Ingress.MX;
    }

    @Override
    public String securityExtension(SandboxSession session) {
        return session.tls() == null ? "STARTTLS" : "";
    }

    @Override
    public Optional<String> checkSender(SandboxSession session) {
        return Optional.empty();
    }

    @Override
    public Optional<String> checkRecipient(SandboxSession session, String from, String to, int accepted) {
        MxSettings mx = state.settings().mx();
        boolean fromTenant = mx.isAcceptedDomain(from);
        if (accepted >= MxSettings.MAX_RECIPIENTS) {
            return Optional.of("452 4.5.3 Too many recipients");
        }
        if (matchesConnector(session, mx)) {
            return fromTenant || mx.isAcceptedDomain(to) ? Optional.empty() : Optional.of(relayDenied());
        }
        if (!mx.isAcceptedDomain(to)) {
            return Optional.of(relayDenied());
        }
        return fromTenant && !mx.directSend()
                ? Optional.of("550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from"
                        + " unauthorized sources")
                : Optional.empty();
    }

    private static String relayDenied() {
        return "550 5.7.64 TenantAttribution; Relay Access Denied";
    }

    @Override
    public Optional<String> checkContent(SandboxSession session, Header header, List<String> to) {
        return new AuthorCheck(replies).checkFrom(header);
    }

    private static boolean matchesConnector(SandboxSession session, MxSettings mx) {
        String source = session.client().getAddress().getHostAddress();
        return mx.sources().contains(source) || names(session.tls()).anyMatch(mx.certificates()::contains);
    }

    /// @return the names and the fingerprint of the client's certificate, in lower case; empty without a
    ///     certificate
    private static Stream<String> names(@Nullable SSLSession tls) {
        Certificate[] chain = certificates(tls);
        return chain.length > 0 && chain[0] instanceof X509Certificate certificate
                ? Stream.of(commonNames(certificate), hostNames(certificate), Stream.of(fingerprint(certificate)))
                        .flatMap(names -> names)
                        .map(name -> name.toLowerCase(Locale.ROOT))
                : Stream.empty();
    }

    private static Certificate[] certificates(@Nullable SSLSession tls) {
        try {
            return tls == null ? new Certificate[0] : tls.getPeerCertificates();
        } catch (SSLPeerUnverifiedException noCertificate) {
            return new Certificate[0];
        }
    }

    private static Stream<String> commonNames(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(part -> String.valueOf(part.getValue()));
        } catch (InvalidNameException unreadable) {
            return Stream.empty();
        }
    }

    private static Stream<String> hostNames(X509Certificate certificate) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            return alternatives == null
                    ? Stream.empty()
                    : alternatives.stream()
                            .filter(name -> Set.of(SAN_DNS_NAME).contains(name.getFirst()))
                            .map(name -> String.valueOf(name.get(1)));
        } catch (GeneralSecurityException unreadable) {
            return Stream.empty();
        }
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is always supported", e);
        }
    }
}
