package org.o365relay.sandbox.settings;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The settings of the MX service: the inbound connector, and whether direct send is allowed.
///
/// @param domains accepted domains of the tenant; matched without regard to case
/// @param sources IP addresses by which the inbound connector identifies clients, such as `127.0.0.1`
/// @param certificates client certificates by which the inbound connector identifies clients: a name in the
///     certificate, or its SHA-256 fingerprint in hexadecimal digits; matched without regard to case
/// @param directSend whether unidentified clients may send from the tenant's domains to the tenant's domains
public record MxSettings(Set<String> domains, Set<String> sources, Set<String> certificates, boolean directSend) {

    /// The maximum number of recipients that the MX accepts per message.
    public static final int MAX_RECIPIENTS = 200;

    public MxSettings {
        domains = lowerCase(domains);
        sources = Set.copyOf(sources);
        certificates = lowerCase(certificates);
    }

    /// Returns settings without an inbound connector and with direct send allowed.
    public static MxSettings directSendTo(String... domains) {
        return new MxSettings(Set.of(domains), Set.of(), Set.of(), true);
    }

    public MxSettings withSources(String... addresses) {
        return new MxSettings(domains, Set.of(addresses), certificates, directSend);
    }

    public MxSettings withCertificates(String... names) {
        return new MxSettings(domains, sources, Set.of(names), directSend);
    }

    /// Returns the settings that result from `Set-OrganizationConfig -RejectDirectSend $true`.
    public MxSettings withoutDirectSend() {
        return new MxSettings(domains, sources, certificates, false);
    }

    public boolean isAcceptedDomain(String address) {
        return domains.contains(address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT));
    }

    private static Set<String> lowerCase(Set<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
