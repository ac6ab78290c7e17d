package org.o365relay.alert;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.o365relay.mail.Secret;
import org.o365relay.net.BodyLimit;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;
import org.o365relay.net.NoResponseException;

/// Posts alerts to a webhook.
final class Webhook implements AlertChannel {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final WebhookSettings settings;
    private final Https https;
    private final String relay;
    private final String version;

    /// @param http HTTP settings; only the proxy and the trusted certificates are used
    /// @param relay host name of the relay
    /// @param version version of the program
    Webhook(WebhookSettings settings, HttpSettings http, String relay, String version) {
        this(
                settings,
                new Https(new HttpSettings(http.proxy(), http.trustedCertificates(), TIMEOUT, TIMEOUT)),
                relay,
                version);
    }

    /// @param https HTTP client; its request timeout applies to each attempt
    Webhook(WebhookSettings settings, Https https, String relay, String version) {
        this.settings = settings;
        this.https = https;
        this.relay = relay;
        this.version = version;
    }

    @Override
    public String key() {
        return "webhook";
    }

    @Override
    public String send(AlertMessage message) throws InterruptedException {
        try {
            int status = https.send(request(message), BodyLimit.truncatedTo(0)).statusCode();
            return status / 100 == 2 ? "" : "HTTP " + status;
        } catch (NoResponseException e) {
            return String.valueOf(e.getMessage());
        } catch (IllegalArgumentException _) { // the exception's message contains the URL or the secret
            return "the URL, or the name or value of the header field, is invalid";
        }
    }

    private HttpRequest request(AlertMessage message) {
        HttpRequest.Builder request = https.request(
                        URI.create(settings.url().reveal().strip()))
                .header("Content-Type", "application/json; charset=utf-8")
                .header("User-Agent", "o365-relay/" + version)
                .POST(HttpRequest.BodyPublishers.ofString(
                        AlertJson.of(message, relay, version), StandardCharsets.UTF_8));
        Secret headerValue = settings.headerValue();
        if (headerValue != null) {
            request.header(settings.header(), headerValue.reveal());
        }
        return request.build();
    }
}
