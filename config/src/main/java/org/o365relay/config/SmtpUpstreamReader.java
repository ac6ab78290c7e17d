package org.o365relay.config;

import static org.o365relay.config.values.Quantities.duration;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.credentials.UpstreamCredential;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.Entra;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;
import org.o365relay.deliver.smtp.SmtpProxy;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.ClientCertificate;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Lookup;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.exchange.Cloud;
import org.o365relay.exchange.Preset;
import org.o365relay.net.CertifiedKey;
import org.o365relay.net.UnusableKeyException;

/// Reads the settings of an upstream that uses SMTP, for any preset except `graph`.
record SmtpUpstreamReader(Section keys, Preset preset, Cloud cloud, SecretFiles files, String hostname) {

    static final String HOST = "host";
    static final String PROXY = "proxy";

    private static final String DOMAIN = "domain";
    private static final String TLS = "tls";
    private static final String CERTIFICATE = "client-certificate";
    private static final String KEY = "client-certificate-key";
    private static final int IMPLICIT_TLS_PORT = 465; // RFC 8314 §3.3

    /// @param mailboxDomain domain of the mailbox's address; empty if the address is invalid
    /// @return the settings; empty if the host, or the domain of a connector, is missing or invalid, or if the
    ///     preset is `graph`
    Optional<SmtpUpstreamSettings> read(int connections, Optional<String> mailboxDomain) {
        Optional<String> host = host(mailboxDomain);
        Tls tls = keys.value(TLS, TextValues.oneOf(Tls.class));
        int port = keys.optional("port", Quantities.port(1)).orElse(defaultPort(tls));
        Optional<Path> trusted = keys.optional("trusted-certificates", files.certificatesInDirectory());
        Duration connect = keys.value("connect-timeout", timeout());
        Duration reply = keys.value("reply-timeout", timeout());
        Duration data = keys.value("data-timeout", timeout());
        Duration idle = keys.value("idle-timeout", timeout());
        Optional<ClientCertificate> certificate = certificate();
        Optional<InetAddress> local = keys.optional("local-address", Addresses.LOCAL);
        Optional<SmtpProxy> proxy = new ProxyReader(keys.section(PROXY), files).smtp();
        Lookup lookup = preset == Preset.CONNECTOR && !isSet(HOST) ? Lookup.MX : Lookup.HOST;
        if (preset != Preset.GRAPH) {
            reportContradictions(tls, port);
        }
        return host.map(name -> new SmtpUpstreamSettings(
                name,
                port,
                tls,
                trusted.orElse(null),
                connections,
                connect,
                reply,
                data,
                idle,
                hostname,
                lookup,
                certificate.orElse(null),
                local.orElse(null),
                proxy.orElse(null)));
    }

    /// Reports tokens that would be sent to the wrong server, and credentials or mail that would be sent
    /// unencrypted.
    ///
    /// @param scoped whether a scope is configured; without one, a token is for Exchange Online
    void reportTrust(SmtpUpstreamSettings settings, UpstreamCredential signIn, boolean scoped) {
        boolean remote = isRemote(settings);
        if (preset == Preset.SMARTHOST && signIn.isOAuth() && !scoped && remote) {
            signIn.reportProblem(
                    "would send a token for Exchange Online to %s; use preset = office365 if it is a Microsoft server, otherwise set the scope of that server"
                            .formatted(settings.host()));
        }
        if (settings.tls() == Tls.NONE && remote && !isPresetHost()) {
            reportPlainText(settings.host(), signIn);
        }
    }

    /// Returns whether the server may be on another machine. With a proxy it always may: `localhost` is then
    /// the machine of the proxy.
    static boolean isRemote(SmtpUpstreamSettings settings) {
        return settings.proxy() != null || !Entra.isLoopbackHost(settings.host());
    }

    private void reportPlainText(String host, UpstreamCredential signIn) {
        if (signIn.isOAuth() || signIn.isPassword()) {
            String secret = signIn.isOAuth() ? "access token" : "password";
            keys.reportProblem(
                    TLS, "none would send the %s to %s unencrypted; use starttls or implicit".formatted(secret, host));
        } else if (signIn.isNone()) {
            keys.reportWarning(
                    TLS,
                    "mail to %s is sent unencrypted; use starttls or implicit if the server supports it"
                            .formatted(host));
        }
    }

    /// Returns whether the server is the default server of the preset.
    private boolean isPresetHost() {
        return preset.host(cloud).isPresent() && !isSet(HOST);
    }

    private Optional<String> host(Optional<String> mailboxDomain) {
        Optional<String> written = keys.optional(HOST, Addresses.HOST);
        Optional<String> domain = keys.optional(DOMAIN, Addresses.DOMAIN);
        if (isSet(DOMAIN) && preset != Preset.CONNECTOR) {
            keys.reportProblem(DOMAIN, "is for preset = connector only; use that preset, or remove it");
        }
        return switch (preset) {
            case CONNECTOR -> {
                if (isSet(HOST) && isSet(DOMAIN)) {
                    keys.reportProblem(HOST, "domain is set as well; remove one of the two");
                }
                yield isSet(HOST) ? written : isSet(DOMAIN) ? domain : mailboxDomain;
            }
            case SMARTHOST -> {
                if (!isSet(HOST)) {
                    keys.reportProblem(HOST, "is missing; set the host name of the server");
                }
                yield written;
            }
            case OFFICE365, HIGH_VOLUME, AZURE_COMMUNICATION -> isSet(HOST) ? written : preset.host(cloud);
            case GRAPH -> Optional.empty();
        };
    }

    private Optional<ClientCertificate> certificate() {
        Optional<Path> certificate = keys.optional(CERTIFICATE, files.certificates());
        Optional<Path> key = keys.optional(KEY, files.readable());
        if (isSet(CERTIFICATE) != isSet(KEY)) {
            keys.reportProblem(
                    isSet(CERTIFICATE) ? KEY : CERTIFICATE, "is missing; certificate and key belong together");
        }
        key.filter(files::isExposed)
                .ifPresent(file -> keys.reportWarning(
                        KEY, "%s can be read by other users; run: chmod 600 %s".formatted(file, file)));
        if (files.areRead()) {
            certificate.ifPresent(chain -> key.ifPresent(secret -> reportUnusable(chain, secret)));
        }
        return certificate.flatMap(chain -> key.map(secret -> new ClientCertificate(chain, secret)));
    }

    private void reportUnusable(Path certificate, Path key) {
        try {
            CertifiedKey.read(certificate, key, null);
        } catch (UnusableKeyException e) {
            keys.reportProblem(CERTIFICATE, String.valueOf(e.getMessage()));
        }
    }

    private void reportContradictions(Tls tls, int port) {
        if (isPresetHost() && tls != Tls.STARTTLS) {
            String server = preset.host(cloud).orElseThrow();
            keys.reportProblem(TLS, "%s offers STARTTLS only; use starttls, or leave tls out".formatted(server));
        }
        if (preset == Preset.CONNECTOR && tls == Tls.IMPLICIT) {
            keys.reportProblem(TLS, "mail exchangers offer STARTTLS only; use starttls, or leave tls out");
        }
        if (tls == Tls.STARTTLS && port == IMPLICIT_TLS_PORT) {
            keys.reportWarning("port", "port 465 is for implicit TLS; use tls = implicit, or port 587");
        }
        if (preset == Preset.HIGH_VOLUME && cloud != Cloud.WORLDWIDE && !isSet(HOST)) {
            keys.reportWarning(
                    UpstreamReader.PRESET, "high-volume has a known host in the worldwide cloud only; set host");
        }
    }

    private int defaultPort(Tls tls) {
        return switch (tls) {
            case STARTTLS -> preset.port(); // RFC 6409 §3.1
            case IMPLICIT -> IMPLICIT_TLS_PORT;
            case NONE -> 25;
        };
    }

    private boolean isSet(String key) {
        return keys.configured(key).isPresent();
    }

    private static ValueParser<Duration> timeout() {
        return duration(Duration.ofMillis(100), Duration.ofHours(1));
    }
}
