package org.o365relay.daemon.sandbox;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The inbound connector and direct send settings of the MX service.
///
/// @param domains accepted domains of the tenant; matched without regard to case
/// @param sources IP addresses that the inbound connector identifies, such as `127.0.0.1`
/// @param certificates client certificates that the inbound connector identifies: a name in the certificate, or
///     its SHA-256 fingerprint in hexadecimal digits; matched without regard to case
/// @param directSend whether unidentified clients may send to the tenant's domains from one of its own
///     addresses
public record Connector(Set<String> domains, Set<String> sources, Set<String> certificates, boolean directSend) {

    /// Maximum recipients of one message.
    static final int RECIPIENTS = 200;

    public Connector {
        domains = lowerCase(domains);
        sources = Set.copyOf(sources);
        certificates = lowerCase(certificates);
    }

    /// No inbound connector, direct send allowed.
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

    private static Set<String> lowerCase(Set<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
