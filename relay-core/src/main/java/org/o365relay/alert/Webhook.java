package org.o365relay.alert;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.LinkedBlockingDeque;
import org.o365relay.json.Json;
import org.o365relay.mail.Secret;
import org.o365relay.net.BodyLimit;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;
import org.o365relay.net.NoResponseException;
import org.o365relay.time.RepeatingTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Posts alerts to a webhook, one at a time, on its own thread. Callers never wait. An alert that cannot be
/// posted in three attempts is dropped; email is the reliable channel.
public final class Webhook implements AutoCloseable {

    /// Maximum number of pending alerts; when it is exceeded, the oldest alerts are dropped.
    static final int MAX_PENDING = 100;

    private static final Logger log = LoggerFactory.getLogger(Webhook.class);
    private static final int ATTEMPTS = 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration MAX_SHUTDOWN = Duration.ofSeconds(2);

    private final WebhookSettings settings;
    private final Https https;
    private final Duration retryDelay;
    private final String relay;
    private final String version;
    private final LinkedBlockingDeque<AlertMessage> pending = new LinkedBlockingDeque<>(MAX_PENDING);
    private final RepeatingTask posting =
            new RepeatingTask("alert-webhook", Duration.ZERO, Duration.ZERO, this::postNext);

    /// @param http HTTP settings; only the proxy and the trusted certificates are used
    /// @param relay host name of the relay
    /// @param version version of the program
    public Webhook(WebhookSettings settings, HttpSettings http, String relay, String version) {
        this(
                settings,
                new Https(new HttpSettings(http.proxy(), http.trustedCertificates(), TIMEOUT, TIMEOUT)),
                RETRY,
                relay,
                version);
    }

    /// @param https HTTP client; its request timeout applies to each attempt
    /// @param retryDelay delay after the first failed attempt; the delay after the second is six times as long
    /// @param relay host name of the relay
    /// @param version version of the program
    Webhook(WebhookSettings settings, Https https, Duration retryDelay, String relay, String version) {
        this.settings = settings;
        this.https = https;
        this.retryDelay = retryDelay;
        this.relay = relay;
        this.version = version;
    }

    void start() {
        posting.start();
    }

    void offer(AlertMessage message) {
        while (!pending.offer(message)) {
            AlertMessage oldest = pending.poll();
            if (oldest != null) {
                log.warn(
                        "too many alerts are waiting for the webhook (relay.alerts.webhook); dropping \"{}\"",
                        oldest.alert().name());
            }
        }
    }

    private void postNext() throws InterruptedException {
        post(pending.take());
    }

    private void post(AlertMessage message) throws InterruptedException {
        Duration delay = retryDelay;
        String failure = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (attempt > 0) {
                Thread.sleep(delay);
            }
            delay = attempt > 0 ? delay.multipliedBy(6) : delay;
            failure = tryPost(message);
            if (failure.isEmpty()) {
                return;
            }
        }
        log.warn(
                "cannot post alert \"{}\" to the webhook (relay.alerts.webhook): {}",
                message.alert().name(),
                failure);
    }

    /// @return why the attempt failed; empty on success
    private String tryPost(AlertMessage message) throws InterruptedException {
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
                .POST(HttpRequest.BodyPublishers.ofString(Json.text(body(message)), StandardCharsets.UTF_8));
        Secret headerValue = settings.headerValue();
        if (headerValue != null) {
            request.header(settings.header(), headerValue.reveal());
        }
        return request.build();
    }

    /// The JSON body of a request.
    private record Body(
            String event,
            String name,
            String subject,
            String text,
            String advice,
            Instant since,
            Instant at,
            String relay,
            String version) {}

    private Body body(AlertMessage message) {
        Alert alert = message.alert();
        return new Body(
                message.isCleared() ? "cleared" : "raised",
                alert.name(),
                AlertTexts.subject(message),
                AlertTexts.summary(message),
                alert.advice(),
                alert.since(),
                message.at(),
                relay,
                version);
    }

    /// Interrupts an attempt in progress and drops pending alerts; waits up to two seconds for the thread to
    /// end.
    @Override
    public void close() {
        posting.interrupt();
        posting.stop(MAX_SHUTDOWN);
    }
}
