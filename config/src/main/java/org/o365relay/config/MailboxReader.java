package org.o365relay.config;

import static org.o365relay.config.Amount.whole;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.o365relay.deliver.MailboxLimits;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.RoadSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.RewriteRules;

/// One element of `relay.mailboxes`.
record MailboxReader(Path directory, Map<String, String> environment, String hostname) {

    // Microsoft, "Improvements in SMTP authenticated submission client protocol": 3 per mailbox, over all clients
    private static final int EXCHANGE_CONNECTIONS = 3;

    Optional<MailboxSettings> read(Section mailbox) {
        Optional<EmailAddress> address = address(mailbox);
        int connections = mailbox.value("connections", whole(1, 100));
        UpstreamReader upstreams = new UpstreamReader(mailbox.section("upstream"), directory);
        Optional<SmtpUpstreamSettings> upstream = upstreams.read(connections, hostname);
        CredentialReader credentials = new CredentialReader(mailbox.section("credential"), directory, environment);
        Optional<Credential> credential = credentials.read(address.map(EmailAddress::toString));
        Optional<RewriteRules> rules = rules(mailbox, address);
        upstream.ifPresent(settings -> {
            upstreams.reportPlainText(settings, credentials.signsIn());
            reportTooMany(mailbox, connections, upstreams.isExchange());
        });
        if (upstreams.isExchange() && !credentials.signsIn()) {
            credentials.reportMissingSignIn();
        }
        return address.flatMap(known ->
                upstream.flatMap(way -> credential.flatMap(key -> rules.map(rewrite -> new MailboxSettings(
                        known,
                        key.username().toLowerCase(Locale.ROOT),
                        List.of(new RoadSettings.Smtp(way, key, "")),
                        new MailboxLimits(null, 1, connections, null),
                        rewrite)))));
    }

    private static Optional<EmailAddress> address(Section mailbox) {
        if (mailbox.written("address").isEmpty()) {
            mailbox.problem("address", "is missing; give the mailbox's address, for example relay@contoso.example");
        }
        return mailbox.optional("address", Addresses.MAIL);
    }

    private Optional<RewriteRules> rules(Section mailbox, Optional<EmailAddress> address) {
        String displayName = mailbox.value("display-name", DisplayName.TEMPLATE);
        List<RewriteRules.SendAs> sendAs = mailbox.list("send-as", Addresses.SEND_AS);
        Optional<EmailAddress> replyTo = mailbox.optional("reply-to-fallback", Addresses.MAIL);
        boolean recordOriginal = mailbox.value("record-original", Text.FLAG);
        boolean suppress = mailbox.value("suppress-auto-responses", Text.FLAG);
        return address.map(known ->
                new RewriteRules(known, displayName, sendAs, replyTo.orElse(null), recordOriginal, suppress, hostname));
    }

    private static void reportTooMany(Section mailbox, int connections, boolean exchange) {
        if (exchange && connections > EXCHANGE_CONNECTIONS) {
            mailbox.warning(
                    "connections",
                    "Exchange Online allows a mailbox 3 connections at once, over all its programs; use 1 to 3");
        }
    }
}
