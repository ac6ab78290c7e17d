package org.o365relay.config.print;

import static org.o365relay.config.print.EffectiveText.entryIfPresent;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.ResolvedMailbox;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.smtp.SmtpProxy;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.ClientCertificate;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Lookup;
import org.o365relay.identity.App;
import org.o365relay.identity.Credential;
import org.o365relay.mail.Domain;
import org.o365relay.ndr.NdrSettings;
import org.o365relay.rewrite.RewriteSettings;
import org.o365relay.rewrite.RewriteSettings.SendAs;

/// Converts a mailbox to a map, which [EffectiveText] renders as HOCON. Each fallback contains the credential
/// that it uses.
final class EffectiveMailbox {

    private EffectiveMailbox() {}

    static Map<String, Object> of(ResolvedMailbox resolved) {
        MailboxSettings mailbox = resolved.settings();
        RewriteSettings rules = mailbox.rewrite();
        List<Map<String, Object>> upstreams = upstreams(resolved);
        Map<String, Object> keys = new HashMap<>(entryIfPresent("reply-to-fallback", rules.replyToFallback()));
        keys.put("address", mailbox.address().toString());
        keys.put("cloud", resolved.cloud().key());
        keys.put("display-name", rules.displayName());
        keys.put("send-as", rules.sendAs().stream().map(EffectiveMailbox::text).toList());
        keys.put("record-original", rules.recordOriginal());
        keys.put("suppress-auto-responses", rules.suppressAutoResponses());
        keys.put("limits", limits(resolved));
        keys.put("ndr", ndr(resolved.ndr()));
        keys.put("upstream", upstreams.getFirst());
        keys.put("credential", credential(defaultCredential(resolved)));
        keys.put("fallback", fallback(mailbox, upstreams));
        return keys;
    }

    /// Returns the credential of the section `credential`: the credential for reading NDRs if they are read,
    /// otherwise that of the primary. The primary uses the same credential unless it is a connector.
    private static Credential defaultCredential(ResolvedMailbox mailbox) {
        NdrSettings ndr = mailbox.ndr();
        return ndr == null
                ? mailbox.settings().upstreams().getFirst().credential()
                : ndr.source().credential();
    }

    private static List<Map<String, Object>> fallback(MailboxSettings mailbox, List<Map<String, Object>> upstreams) {
        List<Map<String, Object>> others = new ArrayList<>();
        for (int i = 1; i < upstreams.size(); i++) {
            Map<String, Object> keys = new HashMap<>(upstreams.get(i));
            keys.put("credential", credential(mailbox.upstreams().get(i).credential()));
            others.add(keys);
        }
        return others;
    }

    private static Map<String, Object> ndr(@Nullable NdrSettings ndr) {
        return ndr == null
                ? Map.of("source", "none")
                : Map.of(
                        "source", "graph",
                        "folder", ndr.source().folder(),
                        "graph-url", ndr.source().graphUrl().toString(),
                        "poll-interval", Quantities.format(ndr.pollInterval()));
    }

    private static Map<String, Object> limits(ResolvedMailbox mailbox) {
        AccountLimits limits = mailbox.settings().limits();
        Map<String, Object> keys = new HashMap<>(entryIfPresent("messages-per-minute", limits.messagesPerMinute()));
        keys.putAll(entryIfPresent("recipients-per-day", limits.recipientsPerDay()));
        keys.putAll(entryIfPresent("recipients-per-message", mailbox.recipientsPerMessage()));
        Long size = mailbox.messageSize();
        if (size != null) {
            keys.put("message-size", Quantities.format(size));
        }
        keys.put("burst", limits.burst());
        keys.put("connections", limits.connections());
        return keys;
    }

    private static List<Map<String, Object>> upstreams(ResolvedMailbox mailbox) {
        List<Map<String, Object>> upstreams = new ArrayList<>();
        List<UpstreamSettings> settings = mailbox.settings().upstreams();
        for (int i = 0; i < settings.size(); i++) {
            Map<String, Object> keys = new HashMap<>(upstream(settings.get(i)));
            keys.put("preset", mailbox.presets().get(i).key());
            upstreams.add(keys);
        }
        return upstreams;
    }

    private static Map<String, Object> upstream(UpstreamSettings settings) {
        return switch (settings) {
            case UpstreamSettings.Smtp(SmtpUpstreamSettings upstream, Credential.OAuth token, String scope) -> {
                Map<String, Object> keys = smtp(upstream);
                keys.put("scope", scope);
                yield keys;
            }
            case UpstreamSettings.Smtp smtp -> smtp(smtp.upstream());
            case UpstreamSettings.Graph graph ->
                Map.of("graph-url", graph.upstream().graphUrl().toString(), "scope", graph.scope());
        };
    }

    private static Map<String, Object> smtp(SmtpUpstreamSettings upstream) {
        Map<String, Object> keys =
                new HashMap<>(entryIfPresent("trusted-certificates", upstream.trustedCertificates()));
        keys.put(upstream.lookup() == Lookup.MX ? "domain" : "host", upstream.host());
        keys.put("port", upstream.port());
        keys.put("tls", TextValues.name(upstream.tls()));
        keys.put("connect-timeout", Quantities.format(upstream.connectTimeout()));
        keys.put("reply-timeout", Quantities.format(upstream.replyTimeout()));
        keys.put("data-timeout", Quantities.format(upstream.dataTimeout()));
        keys.put("idle-timeout", Quantities.format(upstream.idleTimeout()));
        ClientCertificate certificate = upstream.clientCertificate();
        if (certificate != null) {
            keys.put("client-certificate", certificate.certificate());
            keys.put("client-certificate-key", certificate.key());
        }
        InetAddress local = upstream.localAddress();
        if (local != null) {
            keys.put("local-address", local.getHostAddress());
        }
        SmtpProxy proxy = upstream.proxy();
        if (proxy != null) {
            Map<String, Object> server = EffectiveText.proxy(proxy.server());
            server.put("type", TextValues.name(proxy.type()));
            keys.put("proxy", server);
        }
        return keys;
    }

    private static Map<String, Object> credential(Credential credential) {
        Map<String, Object> keys = new HashMap<>();
        if (!credential.username().isEmpty()) {
            keys.put("username", credential.username());
        }
        keys.putAll(typeKeys(credential));
        return keys;
    }

    /// Returns the type of a credential and the keys of this type; secrets stay [Secret]s, which
    /// [EffectiveText] masks.
    private static Map<String, Object> typeKeys(Credential credential) {
        return switch (credential) {
            case Credential.None none -> Map.of("type", "none");
            case Credential.Password(String username, var password) -> Map.of("type", "password", "password", password);
            case Credential.ClientSecret(App app, String username, var secret, var expires) -> {
                Map<String, Object> keys = app(app, "client-secret");
                keys.put("client-secret", secret);
                keys.putAll(entryIfPresent("client-secret-expires", expires));
                yield keys;
            }
            case Credential.ClientCertificate(App app, String username, var certificate, var key, var password) -> {
                Map<String, Object> keys = app(app, "certificate");
                keys.put("certificate", certificate);
                keys.putAll(entryIfPresent("certificate-key", key));
                keys.putAll(entryIfPresent("certificate-password", password));
                yield keys;
            }
            case Credential.DeviceCode(App app, String username, var file, var key) -> {
                Map<String, Object> keys = app(app, "device-code");
                keys.put("token-file", file.toString());
                keys.put("token-key", key);
                yield keys;
            }
            case Credential.ManagedIdentity(String username, var clientId) -> {
                Map<String, Object> keys = new HashMap<>(entryIfPresent("client-id", clientId));
                keys.put("type", "managed-identity");
                yield keys;
            }
        };
    }

    private static Map<String, Object> app(App app, String type) {
        return new HashMap<>(Map.of(
                "type", type, "authority", app.authority(), "tenant", app.tenant(), "client-id", app.clientId()));
    }

    private static String text(SendAs entry) {
        return switch (entry) {
            case SendAs.Address(var address) -> address.toString();
            case SendAs.WholeDomain(Domain domain) -> "@" + domain;
        };
    }
}
