package org.o365relay.config;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.identity.App;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;

/// `relay.mailboxes`, each with `relay.mailbox-defaults` beneath it.
///
/// @param data the data directory
/// @param hostname what the relay calls itself
/// @param now whether what they sign in with is still valid
record MailboxesReader(Section relay, SecretFiles files, Path data, String hostname, Instant now) {

    static final String KEY = "mailboxes";

    private static final String DEFAULTS = "mailbox-defaults";
    private static final String EXAMPLE = """
            mailboxes = [ { address = "relay@contoso.example", credential { type = client-secret, tenant = contoso.example, \
            client-id = …, client-secret = ${?RELAY_CLIENT_SECRET} } } ]""";

    /// @param all what is said of them, in the order of the file
    /// @param good those with which nothing is wrong
    record Result(List<Section> all, List<ResolvedMailbox> good) {

        /// @return the addresses of those that have one
        List<EmailAddress> addresses() {
            return all.stream()
                    .flatMap(mailbox -> mailbox.optional("address", Addresses.MAIL).stream())
                    .toList();
        }
    }

    Result read() {
        List<Setting> elements = relay.elements(KEY);
        if (elements.isEmpty() && (relay.written(KEY).isEmpty() || relay.isWrittenAsList(KEY))) {
            relay.problem(KEY, "there is no mailbox to send with; add for example " + EXAMPLE);
        }
        List<Layer> beneath = relay.layers(DEFAULTS);
        Layer defaults = relay.defaults(DEFAULTS);
        List<Section> all = elements.stream()
                .flatMap(element -> relay.element(element, beneath, defaults).stream())
                .toList();
        List<ResolvedMailbox> good = all.stream()
                .flatMap(mailbox -> new MailboxReader(mailbox, files, data, hostname, now).read().stream())
                .toList();
        Result result = new Result(all, good);
        reportTwice(all);
        reportUnequal(good);
        reportSharedLogins(good);
        return result;
    }

    private static void reportTwice(List<Section> mailboxes) {
        List<EmailAddress> before = new ArrayList<>();
        for (Section mailbox : mailboxes) {
            Optional<EmailAddress> address = mailbox.optional("address", Addresses.MAIL);
            address.filter(known -> before.stream().anyMatch(other -> TargetBuilder.isSame(known, other)))
                    .ifPresent(twice -> mailbox.problem(
                            "address",
                            "another mailbox has the address %s as well; make one of them".formatted(twice)));
            address.ifPresent(before::add);
        }
    }

    /// One would overwrite the other's.
    private static void reportSharedLogins(List<ResolvedMailbox> mailboxes) {
        Map<Path, App> logins = new HashMap<>();
        for (ResolvedMailbox mailbox : mailboxes) {
            for (UpstreamSettings road : mailbox.settings().upstreams()) {
                if (road.credential() instanceof Credential.DeviceCode login
                        && !login.app().equals(logins.getOrDefault(login.file(), login.app()))) {
                    Section section = mailbox.section();
                    section.source()
                            .problem(
                                    section.here(CredentialReader.KEY),
                                    "another app keeps its login in %s; give this one a token-file of its own"
                                            .formatted(login.file()));
                } else if (road.credential() instanceof Credential.DeviceCode login) {
                    logins.put(login.file(), login.app());
                }
            }
        }
    }

    /// They take from the same.
    private static void reportUnequal(List<ResolvedMailbox> mailboxes) {
        Map<String, ResolvedMailbox> accounts = new HashMap<>();
        for (ResolvedMailbox mailbox : mailboxes) {
            String account = mailbox.settings().account();
            ResolvedMailbox first = accounts.putIfAbsent(account, mailbox);
            if (first != null
                    && !first.settings().limits().equals(mailbox.settings().limits())) {
                mailbox.section()
                        .problem(
                                "limits",
                                "%s signs in as %s, as %s does, and shares its limits; give both the same"
                                        .formatted(
                                                mailbox.settings().address(),
                                                account,
                                                first.settings().address()));
            }
        }
    }
}
