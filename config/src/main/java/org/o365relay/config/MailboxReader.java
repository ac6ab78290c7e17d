package org.o365relay.config;

import com.typesafe.config.ConfigObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.exchange.Cloud;
import org.o365relay.exchange.Preset;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.ndr.NdrSettings;
import org.o365relay.rewrite.RewriteRules;

/// One element of `relay.mailboxes`.
///
/// @param data the data directory
/// @param hostname what the relay calls itself
/// @param now whether what it signs in with is still valid
record MailboxReader(Section mailbox, SecretFiles files, Path data, String hostname, Instant now) {

    private static final String FALLBACK = "fallback";
    private static final ValueParser<Cloud> CLOUD = TextValues.oneOf(Cloud.class);

    /// @return empty if something is wrong
    Optional<ResolvedMailbox> read() {
        Optional<EmailAddress> address = address();
        Cloud cloud = mailbox.value("cloud", CLOUD);
        List<UpstreamReader> readers = readers(cloud);
        List<Preset> presets = readers.stream().map(UpstreamReader::preset).toList();
        var limits = new MailboxLimitsReader(mailbox.section("limits"), presets);
        var sending = limits.read();
        UpstreamCredential usual = usualSignIn(readers, cloud, address);
        List<UpstreamSettings> roads = new ArrayList<>();
        for (UpstreamReader reader : readers) {
            UpstreamCredential signIn = signIn(reader, usual, cloud, address);
            reader.read(sending.connections(), address.map(EmailAddress::domain), signIn)
                    .ifPresent(roads::add);
        }
        Optional<RewriteRules> rules = rules(address);
        Optional<NdrSettings> reports =
                new NdrReader(mailbox.section(NdrReader.KEY), cloud).read(address, usual.credential());
        Integer recipients = limits.recipientsPerMessage();
        Long size = limits.messageSize();
        readers.forEach(reader -> reportNarrow(reader, recipients, size));
        return address.filter(known -> roads.size() == readers.size())
                .flatMap(known -> rules.map(rewrite -> new ResolvedMailbox(
                        mailbox,
                        new MailboxSettings(known, account(roads, known), roads, sending, rewrite),
                        cloud,
                        presets,
                        recipients,
                        size,
                        reports.orElse(null))));
    }

    /// @return the mailbox's address; empty if it is missing or wrong
    Optional<EmailAddress> address() {
        if (mailbox.written("address").isEmpty()) {
            mailbox.problem("address", "is missing; give the mailbox's address, for example relay@contoso.example");
        }
        return mailbox.optional("address", Addresses.MAIL);
    }

    /// Who is not signed in as anybody is counted by itself.
    private static String account(List<UpstreamSettings> roads, EmailAddress address) {
        return roads.stream()
                .map(road -> road.credential().username())
                .filter(username -> !username.isEmpty())
                .findFirst()
                .orElseGet(address::toString)
                .toLowerCase(Locale.ROOT);
    }

    private List<UpstreamReader> readers(Cloud cloud) {
        List<UpstreamReader> readers = new ArrayList<>();
        readers.add(new UpstreamReader(mailbox.section("upstream"), cloud, files, hostname));
        for (Setting element : mailbox.elements(FALLBACK)) {
            mailbox.element(element, List.of(), fallbackKeys())
                    .ifPresent(road -> readers.add(new UpstreamReader(road, cloud, files, hostname)));
        }
        return readers;
    }

    /// A fallback has the keys of `upstream`, and `credential`.
    private Layer fallbackKeys() {
        ConfigObject keys = mailbox.defaults("upstream").values();
        return new Layer(
                "relay.mailboxes[].fallback[]",
                keys.withValue(
                        CredentialReader.KEY,
                        mailbox.defaults(CredentialReader.KEY).values()),
                mailbox.source().file());
    }

    /// The mailbox's own credential, if any road has a use for it.
    private UpstreamCredential usualSignIn(List<UpstreamReader> readers, Cloud cloud, Optional<EmailAddress> address) {
        CredentialReader reader = credentials(mailbox.section(CredentialReader.KEY), cloud);
        boolean used = readers.stream().anyMatch(road -> road.preset() != Preset.CONNECTOR && !hasCredential(road));
        if (!used && reader.isWritten() && readers.getFirst().preset() == Preset.CONNECTOR) {
            reportLogin(reader);
        }
        return new UpstreamCredential(
                reader.credential(),
                CredentialReader.TYPE,
                used || reader.isWritten()
                        ? reader.read(address.map(EmailAddress::toString))
                        : Optional.of(new Credential.None()));
    }

    private UpstreamCredential signIn(
            UpstreamReader road, UpstreamCredential usual, Cloud cloud, Optional<EmailAddress> address) {
        boolean connector = road.preset() == Preset.CONNECTOR;
        if (hasCredential(road)) {
            CredentialReader reader = credentials(road.keys().section(CredentialReader.KEY), cloud);
            Optional<Credential> credential = reader.read(address.map(EmailAddress::toString));
            if (connector && reader.isWritten()) {
                reportLogin(reader);
            }
            return new UpstreamCredential(reader.credential(), CredentialReader.TYPE, credential);
        }
        if (connector) {
            return new UpstreamCredential(mailbox, CredentialReader.KEY, Optional.of(new Credential.None()));
        }
        return road.keys().path().equals(mailbox.path() + ".upstream")
                ? usual
                : new UpstreamCredential(road.keys(), CredentialReader.KEY, usual.credential());
    }

    /// What the first road may carry has to fit through the others.
    private static void reportNarrow(UpstreamReader road, @Nullable Integer recipients, @Nullable Long size) {
        Integer fewer = road.preset().recipientsPerMessage();
        Long smaller = road.preset().messageSize();
        if (road.preset().hasFixedLimits() && fewer != null && (recipients == null || recipients > fewer)) {
            reportNarrow(road, fewer + " recipients", "recipients-per-message = " + fewer);
        }
        if (road.preset().hasFixedLimits() && smaller != null && (size == null || size > smaller)) {
            reportNarrow(road, smaller + " octets", "message-size = " + smaller);
        }
    }

    private static void reportNarrow(UpstreamReader road, String most, String limit) {
        road.keys()
                .warning(
                        UpstreamReader.PRESET,
                        "%s takes messages of at most %s; set limits.%s for the mailbox, or they fail there"
                                .formatted(road.preset().key(), most, limit));
    }

    private static void reportLogin(CredentialReader reader) {
        new UpstreamCredential(reader.credential(), CredentialReader.TYPE, Optional.empty())
                .problem("a connector takes no login; remove it, or use type = none");
    }

    /// The first road has none: what stands beside it is the mailbox's.
    private boolean hasCredential(UpstreamReader road) {
        return !road.keys().path().endsWith(".upstream")
                && road.keys().written(CredentialReader.KEY).isPresent();
    }

    private CredentialReader credentials(Section section, Cloud cloud) {
        return new CredentialReader(section, files, cloud, data, now);
    }

    private Optional<RewriteRules> rules(Optional<EmailAddress> address) {
        String displayName = mailbox.value("display-name", DisplayNameTemplate.TEMPLATE);
        List<RewriteRules.SendAs> sendAs = mailbox.list("send-as", Addresses.SEND_AS);
        Optional<EmailAddress> replyTo = mailbox.optional("reply-to-fallback", Addresses.MAIL);
        boolean recordOriginal = mailbox.value("record-original", TextValues.FLAG);
        boolean suppress = mailbox.value("suppress-auto-responses", TextValues.FLAG);
        return address.map(known ->
                new RewriteRules(known, displayName, sendAs, replyTo.orElse(null), recordOriginal, suppress, hostname));
    }
}
