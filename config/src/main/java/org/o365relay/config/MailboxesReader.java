package org.o365relay.config;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.config.credentials.CredentialReader;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.hocon.Layer;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.values.Addresses;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.identity.App;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.ndr.NdrSettings;

/// Reads `relay.mailboxes`, with defaults from `relay.mailbox-defaults`.
///
/// @param data the data directory
/// @param hostname the relay's host name
/// @param now current time, for checking expiry dates
record MailboxesReader(Section relay, SecretFiles files, Path data, String hostname, Instant now) {

    static final String KEY = "mailboxes";

    private static final String DEFAULTS = "mailbox-defaults";
    private static final String EXAMPLE = """
            mailboxes = [ { address = "relay@contoso.example", credential { type = client-secret, tenant = contoso.example, \
            client-id = …, client-secret = ${?RELAY_CLIENT_SECRET} } } ]""";

    /// @param all the sections of all mailboxes, including invalid ones, in the order of the file
    /// @param valid the valid mailboxes
    record Result(List<Section> all, List<ResolvedMailbox> valid) {

        List<MailboxSettings> settings() {
            return valid.stream().map(ResolvedMailbox::settings).toList();
        }

        List<NdrSettings> ndrs() {
            return valid.stream()
                    .flatMap(mailbox -> Stream.ofNullable(mailbox.ndr()))
                    .toList();
        }

        /// @return the valid addresses of all mailboxes, including mailboxes with other errors
        List<EmailAddress> addresses() {
            return all.stream()
                    .flatMap(mailbox -> mailbox.optional("address", Addresses.MAIL).stream())
                    .toList();
        }
    }

    Result read() {
        List<Setting> elements = relay.elements(KEY);
        if (elements.isEmpty() && (relay.configured(KEY).isEmpty() || relay.isSetToList(KEY))) {
            relay.reportProblem(KEY, "there is no mailbox to send with; add for example " + EXAMPLE);
        }
        List<Layer> inherited = relay.layers(DEFAULTS);
        Layer defaults = relay.defaults(DEFAULTS);
        List<Section> all = elements.stream()
                .flatMap(element -> relay.element(element, inherited, defaults).stream())
                .toList();
        List<ResolvedMailbox> valid = all.stream()
                .flatMap(mailbox -> new MailboxReader(mailbox, files, data, hostname, now).read().stream())
                .toList();
        Result result = new Result(all, valid);
        reportDuplicates(all);
        reportUnequalLimits(valid);
        reportSharedLogins(valid);
        return result;
    }

    private static void reportDuplicates(List<Section> mailboxes) {
        List<EmailAddress> earlier = new ArrayList<>();
        for (Section mailbox : mailboxes) {
            Optional<EmailAddress> address = mailbox.optional("address", Addresses.MAIL);
            address.filter(known -> earlier.stream().anyMatch(other -> TargetBuilder.isSame(known, other)))
                    .ifPresent(duplicate -> mailbox.reportProblem(
                            "address",
                            "another mailbox has the same address (%s); merge the two".formatted(duplicate)));
            address.ifPresent(earlier::add);
        }
    }

    /// Reports credentials of different apps that store their logins in the same token file, where they would
    /// overwrite each other.
    private static void reportSharedLogins(List<ResolvedMailbox> mailboxes) {
        Map<Path, App> logins = new HashMap<>();
        for (ResolvedMailbox mailbox : mailboxes) {
            for (UpstreamSettings upstream : mailbox.settings().upstreams()) {
                if (upstream.credential() instanceof Credential.DeviceCode login
                        && !login.app().equals(logins.getOrDefault(login.file(), login.app()))) {
                    Section section = mailbox.section();
                    section.source()
                            .reportProblem(
                                    section.ownSetting(CredentialReader.KEY),
                                    "another app stores its login in %s; set a different token-file"
                                            .formatted(login.file()));
                } else if (upstream.credential() instanceof Credential.DeviceCode login) {
                    logins.put(login.file(), login.app());
                }
            }
        }
    }

    /// Reports mailboxes that use the same account but have different limits.
    private static void reportUnequalLimits(List<ResolvedMailbox> mailboxes) {
        Map<String, ResolvedMailbox> accounts = new HashMap<>();
        for (ResolvedMailbox mailbox : mailboxes) {
            String account = mailbox.settings().account();
            ResolvedMailbox first = accounts.putIfAbsent(account, mailbox);
            if (first != null
                    && !first.settings().limits().equals(mailbox.settings().limits())) {
                mailbox.section()
                        .reportProblem(
                                "limits",
                                "%s signs in as %s, like %s, and shares its limits; set the same limits for both"
                                        .formatted(
                                                mailbox.settings().address(),
                                                account,
                                                first.settings().address()));
            }
        }
    }
}
