package org.o365relay.daemon.sandbox;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What the MX takes from whom.
///
/// @param domains accepted domains of the tenant, in lower case
/// @param sources addresses an inbound connector knows, such as `127.0.0.1`
/// @param certificates that an inbound connector knows: a name of the certificate, or its SHA-256 fingerprint in
///     hexadecimal digits; in lower case
/// @param directSend whether anybody may send to the tenant's own domains as one of its own addresses
public record Connector(Set<String> domains, Set<String> sources, Set<String> certificates, boolean directSend) {

    /// The most recipients of one message.
    static final int RECIPIENTS = 200;

    public Connector {
        domains = folded(domains);
        sources = Set.copyOf(sources);
        certificates = folded(certificates);
    }

    /// No connector: only direct send.
    public static Connector directSendTo(String... domains) {
        return new Connector(Set.of(domains), Set.of(), Set.of(), true);
    }

    public Connector withSources(String... addresses) {
        return new Connector(domains, Set.of(addresses), certificates, directSend);
    }

    public Connector withCertificates(String... names) {
        return new Connector(domains, sources, Set.of(names), directSend);
    }

    /// As after `Set-OrganizationConfig -RejectDirectSend $true`.
    public Connector withoutDirectSend() {
        return new Connector(domains, sources, certificates, false);
    }

    boolean isAcceptedDomain(String address) {
        return domains.contains(address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT));
    }

    private static Set<String> folded(Set<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
