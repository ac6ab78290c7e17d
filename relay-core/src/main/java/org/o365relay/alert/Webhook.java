package org.o365relay.alert;

import com.azure.json.JsonProviders;
import com.azure.json.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;
import org.o365relay.net.Https;
import org.o365relay.net.NoAnswerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Posts bulletins to a server, one after the other, on a thread of its own. Who offers one never waits. What
/// the server does not take in a few tries is left out: the letter is what can be relied on.
final class Webhook implements AutoCloseable {

    /// Of bulletins that wait; beyond it the oldest are left out.
    static final int MAX_PENDING = 100;

    private static final Logger log = LoggerFactory.getLogger(Webhook.class);
    private static final int TRIES = 3;
    private static final Duration LONGEST_END = Duration.ofSeconds(2);

    private final WebhookSettings settings;
    private final Https https;
    private final Duration pause;
    private final String relay;
    private final String version;
    private final LinkedBlockingDeque<AlertMessage> pending = new LinkedBlockingDeque<>(MAX_PENDING);
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Thread worker;

    /// @param https its reply timeout is that of a try
    /// @param pause after the first failed try; after the second six times as long
    /// @param relay its host name
    /// @param version of the program
    Webhook(WebhookSettings settings, Https https, Duration pause, String relay, String version) {
        this.settings = settings;
        this.https = https;
        this.pause = pause;
        this.relay = relay;
        this.version = version;
    }

    void start() {
        worker = Thread.ofVirtual().name("alert-webhook").start(this::work);
    }

    void offer(AlertMessage bulletin) {
        while (!pending.offer(bulletin)) {
            AlertMessage oldest = pending.poll();
            if (oldest != null) {
                log.warn(
                        "the webhook is too slow and does not hear of \"{}\"",
                        oldest.alert().name());
            }
        }
    }

    private void work() {
        try {
            while (closed.getCount() > 0) {
                post(pending.take());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it ends
        }
    }

    private void post(AlertMessage bulletin) throws InterruptedException {
        Duration rest = pause;
        String trouble = "";
        for (int tried = 0; tried < TRIES; tried++) {
            if (tried > 0 && closed.await(rest.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            rest = tried > 0 ? rest.multipliedBy(6) : rest;
            trouble = tried(bulletin);
            if (trouble.isEmpty()) {
                return;
            }
        }
        log.warn(
                "the webhook (relay.alerts.webhook) did not take the news of \"{}\": {}",
                bulletin.alert().name(),
                trouble);
    }

    /// @return what went wrong; empty if nothing did
    private String tried(AlertMessage bulletin) throws InterruptedException {
        try {
            HttpResponse<Void> response = https.send(request(bulletin), HttpResponse.BodyHandlers.discarding());
            int status = response.statusCode();
            return status / 100 == 2 ? "" : "HTTP " + status;
        } catch (NoAnswerException e) {
            return String.valueOf(e.getMessage());
        } catch (IllegalArgumentException _) { // its message has the URL or the secret in it
            return "the URL, or the name or value of the header, cannot be used";
        }
    }

    private HttpRequest request(AlertMessage bulletin) {
        HttpRequest.Builder request = https.request(
                        URI.create(settings.url().reveal().strip()))
                .header("Content-Type", "application/json; charset=utf-8")
                .header("User-Agent", "o365-relay/" + version)
                .POST(HttpRequest.BodyPublishers.ofString(json(bulletin), StandardCharsets.UTF_8));
        Secret secret = settings.headerValue();
        if (secret != null) {
            request.header(settings.header(), secret.reveal());
        }
        return request.build();
    }

    private String json(AlertMessage bulletin) {
        Alert alert = bulletin.alert();
        StringWriter text = new StringWriter();
        try (JsonWriter json = JsonProviders.createWriter(text)) {
            json.writeStartObject()
                    .writeStringField("event", bulletin.isCleared() ? "cleared" : "raised")
                    .writeStringField("name", alert.name())
                    .writeStringField("subject", AlertTexts.subject(bulletin))
                    .writeStringField("text", AlertTexts.summary(bulletin))
                    .writeStringField("advice", alert.advice())
                    .writeStringField("since", alert.since().toString())
                    .writeStringField("at", bulletin.at().toString())
                    .writeStringField("relay", relay)
                    .writeStringField("version", version)
                    .writeEndObject();
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
        return text.toString();
    }

    /// Ends soon, even in the middle of a try. What waits is left out.
    @Override
    public void close() {
        closed.countDown();
        Thread working = worker;
        if (working != null) {
            working.interrupt();
            try {
                working.join(LONGEST_END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
