package org.o365relay.config;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.CertificateFiles;
import org.o365relay.accept.SessionLimits;
import org.o365relay.admit.AddressRules;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.ProbeSchedule;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.deliver.RoadSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.identity.Credential;
import org.o365relay.queue.QueueSettings;
import org.o365relay.rewrite.RewriteRules;
import org.o365relay.rewrite.RewriteRules.SendAs;

/// Settings as HOCON: what is in force, made from what the relay is really given. With the passwords filled in it
/// reads back to the same settings.
final class EffectiveText {

    private static final ConfigRenderOptions READABLE = ConfigRenderOptions.defaults()
            .setOriginComments(false)
            .setComments(false)
            .setJson(false);

    private EffectiveText() {}

    static String of(InForce inForce) {
        return ConfigValueFactory.fromMap(Map.of("relay", relay(inForce))).render(READABLE);
    }

    private static Map<String, Object> relay(InForce inForce) {
        RelaySettings settings = inForce.settings();
        EffectiveTerms terms = new EffectiveTerms(inForce.standard(), inForce.trusted());
        AdmissionRules rules = settings.accept().rules();
        Map<String, Object> keys = new HashMap<>(present("default-domain", rules.defaultDomain()));
        keys.put("hostname", settings.hostname());
        keys.put("listeners", settings.listeners().stream().map(terms::listener).toList());
        keys.put("trusted-networks", terms.networks(inForce.trusted()));
        keys.put("tls", tls(settings.accept().certificate()));
        keys.put("auth", auth(settings.accept()));
        keys.put("sender-rules", rules(rules.senders()));
        keys.put("recipient-rules", rules(rules.recipients()));
        keys.put("limits", limits(settings.accept().limits(), inForce.standard()));
        keys.put("data-directory", settings.queue().directory().toString());
        keys.put("queue", queue(settings.queue()));
        keys.put(
                "mailboxes",
                settings.mailboxes().stream().map(EffectiveText::mailbox).toList());
        keys.put("retry", retry(settings.retry(), settings.probe()));
        keys.put("notices", present("admin", settings.notices().admin()));
        keys.put("stop-grace", Amount.text(settings.stopGrace()));
        return keys;
    }

    private static Map<String, Object> tls(@Nullable CertificateFiles files) {
        return files == null
                ? Map.of()
                : Map.of(
                        "certificate", files.certificate().toString(),
                        "key", files.key().toString(),
                        "detection", Amount.text(files.detection()));
    }

    private static Map<String, Object> auth(AcceptSettings accept) {
        Map<String, Object> keys = new HashMap<>(present("users-file", accept.users()));
        keys.put("over-plain-text", accept.plainTextLogin());
        return keys;
    }

    private static List<Map<String, Object>> rules(AddressRules rules) {
        return rules.rules().stream().map(EffectiveTerms::rule).toList();
    }

    private static Map<String, Object> limits(SessionLimits limits, ClientPolicy standard) {
        return Map.of(
                "command-line-length", limits.commandLine(),
                "message-size", Amount.text(standard.messageSize()),
                "recipients", limits.recipients(),
                "hops", limits.hops(),
                "connections", limits.connections(),
                "connections-per-client", standard.limits().connections(),
                "idle-timeout", Amount.text(limits.idle()),
                "command-timeout", Amount.text(limits.command()),
                "content-rate", Amount.text((long) limits.contentRate()));
    }

    private static Map<String, Object> queue(QueueSettings queue) {
        return Map.of(
                "free-space-floor", Amount.text(queue.freeSpaceFloor()),
                "maximum-size", Amount.text(queue.maximumSize()),
                "history", Amount.text(queue.history()));
    }

    private static Map<String, Object> retry(RetrySchedule retry, ProbeSchedule probe) {
        return Map.of(
                "first-delay", Amount.text(retry.firstDelay()),
                "give-up-after", Amount.text(retry.giveUpAfter()),
                "mailbox-probe", Amount.text(probe.first()),
                "mailbox-probe-longest", Amount.text(probe.longest()));
    }

    private static Map<String, Object> mailbox(MailboxSettings mailbox) {
        RewriteRules rules = mailbox.rewrite();
        Map<String, Object> keys = new HashMap<>(present("reply-to-fallback", rules.replyToFallback()));
        keys.put("address", mailbox.address().toString());
        keys.put("display-name", rules.displayName());
        keys.put("send-as", rules.sendAs().stream().map(EffectiveText::text).toList());
        keys.put("record-original", rules.recordOriginal());
        keys.put("suppress-auto-responses", rules.suppressAutoResponses());
        keys.put("connections", mailbox.limits().connections());
        keys.put("upstream", upstream(mailbox.roads().getFirst()));
        keys.put("credential", credential(mailbox.roads().getFirst().credential()));
        return keys;
    }

    private static Map<String, Object> upstream(RoadSettings road) {
        return switch (road) {
            case RoadSettings.Smtp smtp -> upstream(smtp.upstream());
            case RoadSettings.Graph graph -> Map.of("host", graph.upstream().toString());
        };
    }

    private static Map<String, Object> upstream(SmtpUpstreamSettings upstream) {
        Map<String, Object> keys = new HashMap<>(present("trusted-certificates", upstream.trustedCertificates()));
        keys.put("host", upstream.host());
        keys.put("port", upstream.port());
        keys.put("tls", Text.name(upstream.tls()));
        keys.put("connect-timeout", Amount.text(upstream.connectTimeout()));
        keys.put("reply-timeout", Amount.text(upstream.replyTimeout()));
        keys.put("content-timeout", Amount.text(upstream.contentTimeout()));
        keys.put("idle-timeout", Amount.text(upstream.idleTimeout()));
        return keys;
    }

    private static Map<String, Object> credential(Credential credential) {
        return switch (credential) {
            case Credential.Password password ->
                Map.of(
                        "type", "password",
                        "username", password.username(),
                        "password", password.password().toString());
            case Credential.None none -> Map.of("type", "none");
            case Credential.OAuth oauth -> Map.of("username", oauth.username());
        };
    }

    private static String text(SendAs entry) {
        return switch (entry) {
            case SendAs.Address(var address) -> address.toString();
            case SendAs.Domain(String domain) -> "@" + domain;
        };
    }

    private static Map<String, Object> present(String key, @Nullable Object value) {
        return value == null ? Map.of() : Map.of(key, value.toString());
    }
}
