package org.o365relay.config;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.accept.Endpoint;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.SessionLimits;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.ProbeSchedule;
import org.o365relay.deliver.RetrySchedule;
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

    static String of(RelaySettings settings) {
        return ConfigValueFactory.fromMap(Map.of("relay", relay(settings))).render(READABLE);
    }

    private static Map<String, Object> relay(RelaySettings settings) {
        return Map.ofEntries(
                Map.entry("hostname", settings.hostname()),
                Map.entry(
                        "listeners",
                        settings.listeners().stream()
                                .map(EffectiveText::listener)
                                .toList()),
                Map.entry(
                        "trusted-networks",
                        settings.listeners().getFirst().trusted().networks().stream()
                                .map(trusted -> trusted.network().toString())
                                .toList()),
                Map.entry("limits", limits(settings)),
                Map.entry("data-directory", settings.queue().directory().toString()),
                Map.entry("queue", queue(settings.queue())),
                Map.entry("mailboxes", List.of(mailbox(settings.mailbox()))),
                Map.entry("retry", retry(settings.retry(), settings.probe())),
                Map.entry("notices", present("admin", settings.notices().admin())),
                Map.entry("stop-grace", Amount.text(settings.stopGrace())));
    }

    private static Map<String, Object> listener(ListenerSettings listener) {
        return switch (listener.endpoint()) {
            case Endpoint.Tcp(InetAddress address, int port) -> Map.of("address", text(address), "port", port);
            case Endpoint.UnixSocket(Path path, var _) -> Map.of("socket", path.toString());
            case Endpoint.AbstractSocket socket -> Map.of("socket", socket.toString());
            case Endpoint.HandedOver(String name) -> Map.of("systemd-socket", name);
        };
    }

    private static Map<String, Object> limits(RelaySettings settings) {
        SessionLimits limits = settings.accept().limits();
        ClientPolicy policy =
                settings.listeners().getFirst().trusted().networks().getFirst().policy();
        return Map.of(
                "command-line-length", limits.commandLine(),
                "message-size", Amount.text(policy.messageSize()),
                "recipients", limits.recipients(),
                "connections", limits.connections(),
                "connections-per-client", policy.limits().connections(),
                "idle-timeout", Amount.text(limits.idle()));
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
        keys.put("connections", mailbox.upstream().connections());
        keys.put("upstream", upstream(mailbox.upstream()));
        keys.put("credential", credential(mailbox.credential()));
        return keys;
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
        };
    }

    private static String text(SendAs entry) {
        return switch (entry) {
            case SendAs.Address(var address) -> address.toString();
            case SendAs.Domain(String domain) -> "@" + domain;
        };
    }

    private static String text(InetAddress address) {
        return address.getHostAddress();
    }

    private static Map<String, Object> present(String key, @Nullable Object value) {
        return value == null ? Map.of() : Map.of(key, value.toString());
    }
}
