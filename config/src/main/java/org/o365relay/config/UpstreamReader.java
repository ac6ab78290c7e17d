package org.o365relay.config;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.credentials.UpstreamCredential;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Entra;
import org.o365relay.config.values.TextValues;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.graph.GraphUpstreamSettings;
import org.o365relay.exchange.Cloud;
import org.o365relay.exchange.Preset;
import org.o365relay.identity.Credential;

/// Reads the section `upstream` or an element of `fallback`.
///
/// @param hostname the relay's host name
record UpstreamReader(Section keys, Cloud cloud, SecretFiles files, String hostname) {

    static final String PRESET = "preset";
    static final String SCOPE = "scope";

    private static final String GRAPH_URL = "graph-url";
    private static final ValueParser<Preset> PRESETS = TextValues.ANY.then(text -> Preset.named(text)
            .<Parsed<Preset>>map(Parsed.Ok::new)
            .orElseGet(() -> TextValues.unknown(
                    text, Arrays.stream(Preset.values()).map(Preset::key).toList())));
    private static final List<String> SMTP_ONLY = List.of(
            "port", "tls", "trusted-certificates", "client-certificate", "client-certificate-key", "local-address");

    /// Returns the preset of the upstream. The default is `smarthost` if `host` is set, and `office365`
    /// otherwise.
    Preset preset() {
        return keys.optional(PRESET, PRESETS)
                .orElse(keys.configured(SmtpUpstreamReader.HOST).isPresent() ? Preset.SMARTHOST : Preset.OFFICE365);
    }

    /// @param domain domain of the mailbox's address; empty if the address is invalid
    /// @return the settings; empty if the upstream is invalid
    Optional<UpstreamSettings> read(int connections, Optional<String> domain, UpstreamCredential signIn) {
        Optional<URI> root = keys.optional(GRAPH_URL, Entra.ORIGIN);
        Optional<String> scope = keys.optional(SCOPE, TextValues.ANY);
        SmtpUpstreamReader smtp = new SmtpUpstreamReader(keys, preset(), cloud, files, hostname);
        var upstream = smtp.read(connections, domain);
        reportSignIn(
                signIn,
                upstream.filter(settings -> !SmtpUpstreamReader.isRemote(settings))
                        .isEmpty());
        if (preset() == Preset.GRAPH) {
            reportKeysUnusedByGraph();
            return graph(root.orElseGet(() -> URI.create(cloud.graph())), scope, signIn);
        }
        if (keys.configured(GRAPH_URL).isPresent()) {
            keys.reportProblem(GRAPH_URL, "is for preset = graph only; use that preset, or remove it");
        }
        upstream.ifPresent(settings -> smtp.reportTrust(settings, signIn, scope.isPresent()));
        return upstream.flatMap(settings -> signIn.credential()
                .map(credential ->
                        new UpstreamSettings.Smtp(settings, credential, scope.orElse(smtpScope(credential)))));
    }

    private static Optional<UpstreamSettings> graph(URI root, Optional<String> scope, UpstreamCredential signIn) {
        return signIn.credential()
                .filter(Credential.OAuth.class::isInstance)
                .map(Credential.OAuth.class::cast)
                .map(credential -> new UpstreamSettings.Graph(
                        new GraphUpstreamSettings(root, credential.username(), GraphUpstreamSettings.MAX_DIRECT),
                        credential,
                        scope.orElse(root + "/.default")));
    }

    private String smtpScope(Credential credential) {
        return switch (credential) {
            case Credential.DeviceCode user -> cloud.delegatedSubmissionScope();
            case Credential.OAuth app -> cloud.submissionScope();
            case Credential.Password password -> "";
            case Credential.None none -> "";
        };
    }

    private void reportSignIn(UpstreamCredential signIn, boolean remote) {
        switch (preset()) {
            case GRAPH -> {
                if (signIn.isPassword() || signIn.isNone()) {
                    signIn.reportProblem("Microsoft Graph requires a token; use a credential of type"
                            + " client-secret, certificate, device-code or managed-identity");
                }
            }
            case OFFICE365, HIGH_VOLUME -> {
                if (signIn.isNone()) {
                    signIn.reportProblem("Exchange Online requires a sign-in; use for example type ="
                            + " client-secret, or preset = connector");
                } else if (signIn.isPassword() && preset() == Preset.OFFICE365 && remote) {
                    signIn.reportWarning(
                            "Microsoft disables passwords for SMTP at the end of December 2026, unless an admin"
                                    + " enables them again; switch to OAuth: docs/oauth-smtp.md");
                }
            }
            case AZURE_COMMUNICATION -> {
                if (signIn.isOAuth() || signIn.isNone()) {
                    signIn.reportProblem(
                            "Azure Communication Services requires a user name and password; use type = password");
                }
            }
            case CONNECTOR, SMARTHOST -> {}
        }
        if (keys.configured(SCOPE).isPresent()
                && !signIn.isOAuth()
                && signIn.credential().isPresent()) {
            keys.reportWarning(SCOPE, "is not used: only tokens have a scope; remove it");
        }
    }

    private void reportKeysUnusedByGraph() {
        if (keys.configured(SmtpUpstreamReader.HOST).isPresent()) {
            keys.reportProblem(SmtpUpstreamReader.HOST, "is not for preset = graph; use graph-url, or another preset");
        }
        SMTP_ONLY.stream().filter(key -> keys.configured(key).isPresent()).forEach(this::reportUnusedByGraph);
    }

    /// Warns if this upstream is Microsoft Graph and has a proxy. Does not warn of an inherited proxy.
    ///
    /// @param inherited whether fallbacks that use SMTP may inherit the proxy of this upstream
    void reportUnusedProxy(boolean inherited) {
        boolean isOwn = keys.configured(SmtpUpstreamReader.PROXY)
                .filter(proxy -> !isFallback() || proxy.path().startsWith(keys.path()))
                .isPresent();
        if (preset() == Preset.GRAPH && isOwn && !inherited) {
            reportUnusedByGraph(SmtpUpstreamReader.PROXY);
        }
    }

    /// Returns whether this is an element of `fallback`.
    boolean isFallback() {
        return !keys.path().endsWith(".upstream");
    }

    private void reportUnusedByGraph(String key) {
        keys.reportWarning(key, "is not used with preset = graph; remove it (settings for HTTPS are in relay.http)");
    }
}
