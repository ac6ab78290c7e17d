package org.o365relay.config;

import static org.o365relay.config.values.Quantities.duration;
import static org.o365relay.config.values.Quantities.whole;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.alert.AlertChannelSettings;
import org.o365relay.alert.AlertCommandSettings;
import org.o365relay.alert.AlertSettings;
import org.o365relay.alert.WebhookSettings;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.credentials.SecretReader;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Secret;

/// Reads `relay.alerts`.
///
/// @param hostname host name of the relay
/// @param admin recipient of emails; null for none
record AlertsReader(
        Section alerts,
        SecretFiles files,
        String hostname,
        @Nullable EmailAddress admin) {

    private static final String COMMAND = "command";
    private static final String URL = "url";
    private static final String HEADER_VALUE = "header-value";
    private static final String HEADER = "header";

    /// Parses the name of an HTTP header field, which is a token (RFC 9110 §5.6.2).
    private static final ValueParser<String> FIELD =
            TextValues.ANY.then(text -> text.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
                    ? new Parsed.Ok<>(text)
                    : new Parsed.Invalid<>(
                            TextValues.quoted(text) + " is not a header field name; use for example Authorization"));

    AlertSettings read() {
        return new AlertSettings(
                alerts.value("delay", duration(Duration.ZERO, Duration.ofMinutes(30))),
                alerts.value("queue-age", duration(Duration.ZERO, Duration.ofDays(30))),
                alerts.value("queue-length", whole(0, 10_000_000)),
                new AlertChannelSettings(
                        webhook(alerts.section("webhook")).orElse(null),
                        command().orElse(null),
                        new AlertSmtpReader(alerts.section("smtp"), files, hostname)
                                .read(admin)
                                .orElse(null)));
    }

    private Optional<AlertCommandSettings> command() {
        List<String> arguments = alerts.list(COMMAND, TextValues.ANY);
        Duration timeout = alerts.value("command-timeout", duration(Duration.ofSeconds(1), Duration.ofMinutes(10)));
        if (arguments.isEmpty()) {
            return Optional.empty();
        }
        Path program = Path.of(arguments.getFirst());
        if (!program.isAbsolute()) {
            alerts.reportProblem(
                    COMMAND,
                    TextValues.quoted(arguments.getFirst())
                            + " is not an absolute path; write the program and each argument as one element:"
                            + " [ \"/usr/local/bin/alert\", \"an argument\" ]");
        } else if (files.areRead() && !(Files.isRegularFile(program) && Files.isExecutable(program))) {
            alerts.reportWarning(COMMAND, program + " cannot be executed; check its path and its permissions");
        }
        return Optional.of(new AlertCommandSettings(arguments, timeout));
    }

    private Optional<WebhookSettings> webhook(Section webhook) {
        SecretReader url = new SecretReader(webhook, URL, "RELAY_WEBHOOK_URL", files);
        SecretReader secret = new SecretReader(webhook, HEADER_VALUE, "RELAY_WEBHOOK_HEADER", files);
        String header = webhook.value(HEADER, FIELD);
        Optional<Secret> headerValue = secret.read();
        if (secret.isSet() && !url.isSet()) {
            url.reportMissing();
        }
        Optional<Secret> address = url.read();
        address.filter(_ -> files.areRead()).ifPresent(known -> reportBadAddress(webhook, known));
        return address.map(known -> new WebhookSettings(known, header, headerValue.orElse(null)));
    }

    /// Reports a webhook URL that is invalid or not HTTPS. The report does not quote the URL, because it is a
    /// secret.
    private static void reportBadAddress(Section webhook, Secret secret) {
        String key = webhook.configured(URL).isPresent() ? URL : URL + "-file";
        String scheme = scheme(secret.reveal().strip());
        switch (scheme) {
            case "https" -> {}
            case "http" ->
                webhook.reportWarning(
                        key,
                        "is not an https:// URL, so the URL and the alerts can be intercepted; use https:// if the"
                                + " server supports it");
            default ->
                webhook.reportProblem(key, "is not a URL; copy the complete URL of the webhook, including https://");
        }
    }

    /// @return the scheme of the URL in lower case; empty if the text is not a URL with a host
    private static String scheme(String text) {
        try {
            URI uri = new URI(text);
            return uri.getHost() == null || uri.getScheme() == null
                    ? ""
                    : uri.getScheme().toLowerCase(Locale.ROOT);
        } catch (URISyntaxException _) { // the message of the exception contains the URL, which is a secret
            return "";
        }
    }
}
