package org.o365relay.config;

import com.typesafe.config.ConfigObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.credentials.CredentialReader;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.credentials.UpstreamCredential;
import org.o365relay.config.hocon.Layer;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.TextValues;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.exchange.Cloud;
import org.o365relay.exchange.Preset;
import org.o365relay.identity.Credential;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.EmailAddress;
import org.o365relay.ndr.NdrSettings;
import org.o365relay.rewrite.RewriteSettings;

/// Reads one element of `relay.mailboxes`.
///
/// @param data the data directory
/// @param hostname the relay's host name
/// @param now current time, for checking expiry dates
record MailboxReader(Section mailbox, SecretFiles files, Path data, String hostname, Instant now) {

    private static final String FALLBACK = "fallback";
    private static final ValueParser<Cloud> CLOUD = TextValues.oneOf(Cloud.class);

    /// @return the mailbox; empty if invalid
    Optional<ResolvedMailbox> read() {
        Optional<EmailAddress> address = address();
        Cloud cloud = mailbox.value("cloud", CLOUD);
        List<UpstreamReader> readers = readers(cloud);
        List<Preset> presets = readers.stream().map(UpstreamReader::preset).toList();
        var limits = new MailboxLimitsReader(mailbox.section("limits"), presets);
        var sending = limits.read();
        NdrReader ndrReader = new NdrReader(mailbox.section(NdrReader.KEY), cloud);
        UpstreamCredential defaultCredential = defaultCredential(readers, ndrReader.usesCredential(), cloud, address);
        List<UpstreamSettings> upstreams = new ArrayList<>();
        for (UpstreamReader reader : readers) {
            UpstreamCredential signIn = signIn(reader, defaultCredential, cloud, address);
            reader.read(sending.connections(), address.map(EmailAddress::domain), signIn)
                    .ifPresent(upstreams::add);
        }
        Optional<RewriteSettings> rules = rules(address);
        Optional<NdrSettings> ndr = ndrReader.read(address, defaultCredential.credential());
        Integer recipients = limits.recipientsPerMessage();
        Long size = limits.messageSize();
        readers.forEach(reader -> reportStricterLimits(reader, recipients, size));
        return address.filter(known -> upstreams.size() == readers.size())
                .flatMap(known -> rules.map(rewrite -> new ResolvedMailbox(
                        mailbox,
                        new MailboxSettings(known, account(upstreams, known), upstreams, sending, rewrite),
                        cloud,
                        presets,
                        recipients,
                        size,
                        ndr.orElse(null))));
    }

    /// @return the mailbox's address; empty if missing or invalid
    Optional<EmailAddress> address() {
        if (mailbox.configured("address").isEmpty()) {
            mailbox.reportProblem(
                    "address", "is missing; set the mailbox's address, for example relay@contoso.example");
        }
        return mailbox.optional("address", Addresses.MAIL);
    }

    /// Returns the account that the limits of the server apply to: the user name of the first upstream that has
    /// one, otherwise the address of the mailbox; in the form of an [AddressKey].
    private static String account(List<UpstreamSettings> upstreams, EmailAddress address) {
        return upstreams.stream()
                .map(upstream -> upstream.credential().username())
                .filter(username -> !username.isEmpty())
                .findFirst()
                .map(AddressKey::ofName)
                .orElseGet(() -> address.key().toString());
    }

    private List<UpstreamReader> readers(Cloud cloud) {
        List<UpstreamReader> readers = new ArrayList<>();
        readers.add(new UpstreamReader(mailbox.section("upstream"), cloud, files, hostname));
        for (Setting element : mailbox.elements(FALLBACK)) {
            mailbox.element(element, inheritedProxy(element), fallbackKeys())
                    .ifPresent(upstream -> readers.add(new UpstreamReader(upstream, cloud, files, hostname)));
        }
        boolean inherited = readers.stream().anyMatch(reader -> reader.preset() != Preset.GRAPH);
        readers.forEach(reader -> reader.reportUnusedProxy(inherited && !reader.isFallback()));
        return readers;
    }

    /// Returns the `proxy` of `upstream`; nothing for an element of `fallback` that sets `proxy`, even to null.
    private List<Layer> inheritedProxy(Setting fallback) {
        boolean hasOwn = fallback.value() instanceof ConfigObject keys && keys.containsKey(SmtpUpstreamReader.PROXY);
        return hasOwn
                ? List.of()
                : mailbox.layers("upstream").stream()
                        .map(layer -> layer.only(SmtpUpstreamReader.PROXY))
                        .toList();
    }

    /// Returns the keys that an element of `fallback` may contain: those of `upstream`, and `credential`.
    private Layer fallbackKeys() {
        ConfigObject keys = mailbox.defaults("upstream").values();
        return new Layer(
                "relay.mailboxes[].fallback[]",
                keys.withValue(
                        CredentialReader.KEY,
                        mailbox.defaults(CredentialReader.KEY).values()),
                mailbox.source().file());
    }

    /// Returns the mailbox's own credential, or [Credential.None] if it is not set and no upstream uses it.
    private UpstreamCredential defaultCredential(
            List<UpstreamReader> readers, boolean usedForNdrs, Cloud cloud, Optional<EmailAddress> address) {
        CredentialReader reader = credentials(mailbox.section(CredentialReader.KEY), cloud);
        boolean used = readers.stream()
                .anyMatch(upstream -> upstream.preset() != Preset.CONNECTOR && !hasCredential(upstream));
        if (!used && !usedForNdrs && reader.isSet() && readers.getFirst().preset() == Preset.CONNECTOR) {
            reportUnusedCredential(reader);
        }
        return new UpstreamCredential(
                reader.credential(),
                CredentialReader.TYPE,
                used || reader.isSet()
                        ? reader.read(address.map(EmailAddress::toString))
                        : Optional.of(new Credential.None()));
    }

    private UpstreamCredential signIn(
            UpstreamReader upstream,
            UpstreamCredential defaultCredential,
            Cloud cloud,
            Optional<EmailAddress> address) {
        boolean connector = upstream.preset() == Preset.CONNECTOR;
        if (hasCredential(upstream)) {
            CredentialReader reader = credentials(upstream.keys().section(CredentialReader.KEY), cloud);
            Optional<Credential> credential = reader.read(address.map(EmailAddress::toString));
            if (connector && reader.isSet()) {
                reportUnusedCredential(reader);
            }
            return new UpstreamCredential(reader.credential(), CredentialReader.TYPE, credential);
        }
        if (connector) {
            return new UpstreamCredential(mailbox, CredentialReader.KEY, Optional.of(new Credential.None()));
        }
        return upstream.keys().path().equals(mailbox.path() + ".upstream")
                ? defaultCredential
                : new UpstreamCredential(upstream.keys(), CredentialReader.KEY, defaultCredential.credential());
    }

    /// Warns if the fixed limits of an upstream are stricter than the limits of the mailbox.
    private static void reportStricterLimits(
            UpstreamReader upstream, @Nullable Integer recipients, @Nullable Long size) {
        Integer maxRecipients = upstream.preset().recipientsPerMessage();
        Long maxSize = upstream.preset().messageSize();
        if (upstream.preset().hasFixedLimits()
                && maxRecipients != null
                && (recipients == null || recipients > maxRecipients)) {
            reportStricterLimits(upstream, maxRecipients + " recipients", "recipients-per-message = " + maxRecipients);
        }
        if (upstream.preset().hasFixedLimits() && maxSize != null && (size == null || size > maxSize)) {
            reportStricterLimits(upstream, maxSize + " octets", "message-size = " + maxSize);
        }
    }

    private static void reportStricterLimits(UpstreamReader upstream, String maximum, String limit) {
        upstream.keys()
                .reportWarning(
                        UpstreamReader.PRESET,
                        "%s accepts messages of at most %s; set limits.%s for the mailbox, or larger messages fail there"
                                .formatted(upstream.preset().key(), maximum, limit));
    }

    private static void reportUnusedCredential(CredentialReader reader) {
        new UpstreamCredential(reader.credential(), CredentialReader.TYPE, Optional.empty())
                .reportProblem("a connector uses no credential; remove it, or use type = none");
    }

    /// Returns whether the upstream has its own credential. The primary upstream has none, because it uses the
    /// credential of the mailbox.
    private boolean hasCredential(UpstreamReader upstream) {
        return upstream.isFallback()
                && upstream.keys().configured(CredentialReader.KEY).isPresent();
    }

    private CredentialReader credentials(Section section, Cloud cloud) {
        return new CredentialReader(section, files, cloud, data, now);
    }

    private Optional<RewriteSettings> rules(Optional<EmailAddress> address) {
        String displayName = mailbox.value("display-name", DisplayNameTemplate.TEMPLATE);
        List<RewriteSettings.SendAs> sendAs = mailbox.list("send-as", Addresses.SEND_AS);
        Optional<EmailAddress> replyTo = mailbox.optional("reply-to-fallback", Addresses.MAIL);
        boolean recordOriginal = mailbox.value("record-original", TextValues.FLAG);
        boolean suppress = mailbox.value("suppress-auto-responses", TextValues.FLAG);
        return address.map(known -> new RewriteSettings(
                known, displayName, sendAs, replyTo.orElse(null), recordOriginal, suppress, hostname));
    }
}
