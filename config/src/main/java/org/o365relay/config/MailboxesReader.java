package org.o365relay.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.mail.EmailAddress;

/// `relay.mailboxes`, each with `relay.mailbox-defaults` beneath it. There must be exactly one so far.
record MailboxesReader(Path directory, Map<String, String> environment, String hostname) {

    private static final String EXAMPLE =
            "mailboxes = [ { address = \"relay@contoso.example\", credential { password = ${?RELAY_PASSWORD} } } ]";

    /// @return empty if there is none, or not exactly one that is right
    Optional<MailboxSettings> read(Section relay) {
        List<Setting> elements = relay.elements("mailboxes");
        if (elements.isEmpty() && (relay.written("mailboxes").isEmpty() || relay.isWrittenAsList("mailboxes"))) {
            relay.problem("mailboxes", "there is no mailbox to send with; add for example " + EXAMPLE);
        }
        List<Layer> beneath = relay.layers("mailbox-defaults");
        Layer defaults = relay.defaults("mailbox-defaults");
        List<Section> mailboxes = elements.stream()
                .flatMap(element -> relay.element(element, beneath, defaults).stream())
                .toList();
        List<MailboxSettings> read = new ArrayList<>();
        mailboxes.forEach(mailbox -> new MailboxReader(directory, environment, hostname)
                .read(mailbox)
                .ifPresent(read::add));
        reportSeveral(relay, elements, mailboxes);
        return read.stream().findFirst();
    }

    private static void reportSeveral(Section relay, List<Setting> elements, List<Section> mailboxes) {
        if (elements.size() > 1) {
            String names = mailboxes.stream().map(MailboxesReader::name).collect(Collectors.joining(", "));
            relay.source().problem(elements.get(1), "only one mailbox is supported so far; keep one of " + names);
        }
    }

    private static String name(Section mailbox) {
        return mailbox.optional("address", Addresses.MAIL)
                .map(EmailAddress::toString)
                .orElse(mailbox.path());
    }
}
