package org.o365relay.config;

import static org.o365relay.config.values.Quantities.duration;
import static org.o365relay.config.values.Quantities.whole;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.o365relay.alert.AlertSettings;
import org.o365relay.alert.WebhookSettings;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.credentials.SecretReader;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.Secret;

/// Reads `relay.alerts`.
record AlertsReader(Section alerts, SecretFiles files) {

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
                webhook(alerts.section("webhook")).orElse(null));
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
                webhook.warning(
                        key,
                        "is not an https:// URL, so the URL and the alerts can be intercepted; use https:// if the"
                                + " server supports it");
            default -> webhook.problem(key, "is not a URL; copy the complete URL of the webhook, including https://");
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
