package org.o365relay.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Source;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Entra;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;
import org.o365relay.exchange.Cloud;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.ndr.NdrSettings;

/// Reads the section `ndr` of a mailbox: whether NDRs are read, and from which source.
record NdrReader(Section ndr, Cloud cloud) {

    static final String KEY = "ndr";

    private static final String SOURCE = "source";
    private static final ValueParser<Source> SOURCES = TextValues.oneOf(Source.class);

    /// The source of NDRs.
    private enum Source {
        NONE,
        GRAPH
    }

    /// @return whether NDRs are read with the mailbox's credential
    boolean usesCredential() {
        return ndr.value(SOURCE, SOURCES) == Source.GRAPH;
    }

    /// @param credential the mailbox's credential; empty if invalid
    /// @return the settings; empty if NDRs are not read, the address or credential is invalid, or the
    ///     credential does not use OAuth
    Optional<NdrSettings> read(Optional<EmailAddress> address, Optional<Credential> credential) {
        String folder = ndr.value("folder", TextValues.ANY);
        Duration poll = ndr.value("poll-interval", Quantities.duration(Duration.ofSeconds(1), Duration.ofDays(1)));
        URI root = ndr.optional("graph-url", Entra.ORIGIN).orElseGet(() -> URI.create(cloud.graph()));
        return switch (ndr.value(SOURCE, SOURCES)) {
            case NONE -> Optional.empty();
            case GRAPH ->
                address.flatMap(mailbox -> credential.flatMap(known -> requireOAuth(known)
                        .map(oauth -> new NdrSettings(
                                mailbox, new NdrSettings.Graph(root, folder, oauth, scope(root, oauth)), poll))));
        };
    }

    private Optional<Credential.OAuth> requireOAuth(Credential credential) {
        if (credential instanceof Credential.OAuth found) {
            return Optional.of(found);
        }
        ndr.reportProblem(
                SOURCE,
                "reading mail through Microsoft Graph requires a token; use a credential of type client-secret,"
                        + " certificate, device-code or managed-identity for the mailbox, or source = none");
        return Optional.empty();
    }

    /// Returns the scope to request. For a user who signed in with a device code, this is only the permission
    /// needed. An app that signs in as itself cannot request individual permissions, only all permissions that
    /// it was granted.
    private static String scope(URI root, Credential.OAuth credential) {
        return root + (credential instanceof Credential.DeviceCode ? "/Mail.Read" : "/.default");
    }
}
