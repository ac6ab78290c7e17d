package org.o365relay.config.print;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.admit.AddressRules;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.alert.AlertCommandSettings;
import org.o365relay.alert.AlertSettings;
import org.o365relay.alert.AlertSmtpSettings;
import org.o365relay.alert.WebhookSettings;
import org.o365relay.config.Configuration;
import org.o365relay.config.ControlSettings;
import org.o365relay.config.ResolvedConfiguration;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.identity.Credential;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueSettings;

/// Renders the effective settings as HOCON, from the same records that the relay uses. If the secrets are
/// filled in, parsing the text yields the same settings. [Snapshot] compares the same values. In them, a secret
/// is a [Secret], and a file whose content matters is a [Path].
public final class EffectiveText {

    private static final ConfigRenderOptions READABLE = ConfigRenderOptions.defaults()
            .setOriginComments(false)
            .setComments(false)
            .setJson(false);

    private EffectiveText() {}

    /// @return HOCON without comments, with secrets rendered as `***`
    public static String of(Configuration.Valid configuration) {
        return ConfigValueFactory.fromMap(Map.of("relay", plain(relay(configuration.resolved()))))
                .render(READABLE);
    }

    /// @param value a value of the effective settings
    /// @return the value with paths as strings and secrets as `***`
    static Object plain(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> plain = new HashMap<>();
                map.forEach((key, inner) -> plain.put(String.valueOf(key), plain(inner)));
                yield plain;
            }
            case List<?> list -> list.stream().map(EffectiveText::plain).toList();
            case Secret secret -> secret.toString();
            case Path path -> path.toString();
            default -> value;
        };
    }

    /// @return the effective settings: maps, lists, numbers, booleans, strings, secrets and paths
    static Map<String, Object> relay(ResolvedConfiguration configuration) {
        RelaySettings settings = configuration.settings();
        EffectivePolicy policies = new EffectivePolicy(configuration.basePolicy(), configuration.trusted());
        AdmissionRules rules = settings.accept().session().rules();
        Map<String, Object> keys = new HashMap<>(entryIfPresent("default-domain", rules.defaultDomain()));
        keys.put("hostname", settings.hostname());
        keys.put(
                "listeners",
                settings.listeners().stream().map(policies::listener).toList());
        keys.put("trusted-networks", policies.networks(configuration.trusted()));
        keys.put("tls", tls(settings.accept().certificate()));
        keys.put("auth", auth(settings.accept()));
        keys.put("sender-rules", rules(rules.senders()));
        keys.put("recipient-rules", rules(rules.recipients()));
        keys.put("limits", limits(settings.accept().session().limits(), configuration.basePolicy()));
        keys.put("data-directory", settings.queue().directory().toString());
        keys.put("control", control(configuration.control()));
        keys.put("queue", queue(settings.queue()));
        keys.put(
                "mailboxes",
                configuration.mailboxes().stream().map(EffectiveMailbox::of).toList());
        keys.put("pools", EffectiveRoutes.pools(settings.routes()));
        keys.put("routing", EffectiveRoutes.rules(settings.routes()));
        keys.put(
                "rewrite-rules",
                EffectiveRoutes.rules(settings.accept().session().rewriteRules()));
        keys.put("http", http(settings.http()));
        keys.put("retry", retry(settings.retry(), settings.probe()));
        keys.put("notices", notices(settings.notices()));
        keys.put("alerts", alerts(settings.alerts()));
        keys.put("shutdown-timeout", Quantities.format(settings.shutdownTimeout()));
        return keys;
    }

    private static Map<String, Object> tls(@Nullable CertificateFiles files) {
        return files == null
                ? Map.of()
                : Map.of(
                        "certificate", files.certificate(),
                        "key", files.key(),
                        "detection-timeout", Quantities.format(files.tlsDetectionTimeout()));
    }

    private static Map<String, Object> auth(AcceptSettings accept) {
        Map<String, Object> keys = new HashMap<>(entryIfPresent("users-file", accept.users()));
        keys.put("allow-without-tls", accept.session().authWithoutTls());
        return keys;
    }

    private static List<Map<String, Object>> rules(AddressRules rules) {
        return rules.rules().stream().map(EffectivePolicy::rule).toList();
    }

    private static Map<String, Object> limits(SessionLimits limits, ClientPolicy basePolicy) {
        return Map.of(
                "command-line-length", limits.commandLine(),
                "message-size", Quantities.format(basePolicy.messageSize()),
                "recipients-per-message", limits.recipients(),
                "hops", limits.hops(),
                "connections", limits.connections(),
                "connections-per-client", basePolicy.limits().connections(),
                "idle-timeout", Quantities.format(limits.idleTimeout()),
                "command-timeout", Quantities.format(limits.commandTimeout()),
                "minimum-data-rate", Quantities.format((long) limits.minimumDataRate()));
    }

    private static Map<String, Object> queue(QueueSettings queue) {
        return Map.of(
                "minimum-free-space", Quantities.format(queue.minimumFreeSpace()),
                "maximum-size", Quantities.format(queue.maximumSize()),
                "history", Quantities.format(queue.history()),
                "keep-content",
                        Map.of(
                                "failed", Quantities.format(queue.keepContent().failed()),
                                "delivered",
                                        Quantities.format(queue.keepContent().delivered()),
                                "maximum-size",
                                        Quantities.format(queue.keepContent().maximumSize())));
    }

    private static Map<String, Object> control(ControlSettings control) {
        Map<String, Object> keys = new HashMap<>(entryIfPresent("group", control.group()));
        keys.put("socket", control.socket().toString());
        return keys;
    }

    private static Map<String, Object> notices(NoticeSettings notices) {
        Map<String, Object> keys = new HashMap<>(entryIfPresent("admin", notices.admin()));
        keys.put("language", notices.language().code());
        keys.put("delay-notice-after", Quantities.format(notices.delayNoticeAfter()));
        keys.put("hourly-limit-per-device", notices.hourlyLimitPerDevice());
        return keys;
    }

    private static Map<String, Object> http(HttpSettings http) {
        Map<String, Object> keys = new HashMap<>(entryIfPresent("trusted-certificates", http.trustedCertificates()));
        HttpSettings.Proxy proxy = http.proxy();
        if (proxy != null) {
            keys.put("proxy", proxy(proxy));
        }
        keys.put("connect-timeout", Quantities.format(http.connectTimeout()));
        keys.put("request-timeout", Quantities.format(http.requestTimeout()));
        return keys;
    }

    static Map<String, Object> proxy(HttpSettings.Proxy proxy) {
        Map<String, Object> keys = new HashMap<>(Map.of("host", proxy.host(), "port", proxy.port()));
        HttpSettings.Login login = proxy.login();
        if (login != null) {
            keys.put("username", login.username());
            keys.put("password", login.password());
        }
        return keys;
    }

    private static Map<String, Object> retry(RetrySchedule retry, ProbeSchedule probe) {
        return Map.of(
                "first-delay", Quantities.format(retry.firstDelay()),
                "expire-after", Quantities.format(retry.expireAfter()),
                "mailbox-probe", Quantities.format(probe.first()),
                "mailbox-probe-max", Quantities.format(probe.max()));
    }

    private static Map<String, Object> alerts(AlertSettings alerts) {
        Map<String, Object> keys = new HashMap<>(Map.of(
                "delay", Quantities.format(alerts.delay()),
                "queue-age", Quantities.format(alerts.queueAge()),
                "queue-length", alerts.queueLength()));
        WebhookSettings webhook = alerts.channels().webhook();
        if (webhook != null) {
            Map<String, Object> hook = new HashMap<>(entryIfPresent("header-value", webhook.headerValue()));
            hook.put("url", webhook.url());
            hook.put("header", webhook.header());
            keys.put("webhook", hook);
        }
        AlertCommandSettings command = alerts.channels().command();
        if (command != null) {
            keys.put("command", command.arguments());
            keys.put("command-timeout", Quantities.format(command.timeout()));
        }
        AlertSmtpSettings smtp = alerts.channels().smtp();
        if (smtp != null) {
            keys.put("smtp", alertSmtp(smtp));
        }
        return keys;
    }

    private static Map<String, Object> alertSmtp(AlertSmtpSettings smtp) {
        Map<String, Object> keys = new HashMap<>(
                entryIfPresent("trusted-certificates", smtp.server().trustedCertificates()));
        keys.put("host", smtp.server().host());
        keys.put("port", smtp.server().port());
        keys.put("tls", TextValues.name(smtp.server().tls()));
        keys.put("from", smtp.from().toString());
        keys.put("to", smtp.to().toString());
        if (smtp.credential() instanceof Credential.Password password) {
            keys.put("username", password.username());
            keys.put("password", password.password());
        }
        return keys;
    }

    /// @return the key with its value; empty if the value is null
    static Map<String, Object> entryIfPresent(String key, @Nullable Object value) {
        return switch (value) {
            case null -> Map.of();
            case Number number -> Map.of(key, number);
            case Secret secret -> Map.of(key, secret);
            case Path path -> Map.of(key, path);
            case Object other -> Map.of(key, other.toString());
        };
    }
}
