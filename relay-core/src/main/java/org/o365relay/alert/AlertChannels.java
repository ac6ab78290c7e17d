package org.o365relay.alert;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.net.HttpSettings;

/// The channels that notify the admin without using the queue or a mailbox. Each has its own thread and
/// retries, so that none delays mail or another channel.
public final class AlertChannels implements AutoCloseable {

    /// Delays before the second and third attempt by webhook or command.
    private static final List<Duration> SHORT_RETRIES = List.of(Duration.ofSeconds(5), Duration.ofSeconds(30));

    /// Delays before further attempts by SMTP: a server may be restarting, or use greylisting.
    private static final List<Duration> LONG_RETRIES =
            List.of(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(15));

    private final List<AlertOutbox> outboxes = new ArrayList<>();
    private final @Nullable AlertOutbox smtp;

    /// @param http proxy and trusted certificates of the webhook
    /// @param relay host name of the relay
    /// @param version version of the program
    /// @throws java.io.UncheckedIOException if the trusted certificates of the SMTP server cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains none
    public AlertChannels(AlertChannelSettings settings, HttpSettings http, String relay, String version) {
        if (settings.webhook() != null) {
            outboxes.add(new AlertOutbox(new Webhook(settings.webhook(), http, relay, version), SHORT_RETRIES));
        }
        if (settings.command() != null) {
            outboxes.add(new AlertOutbox(new AlertCommand(settings.command(), relay, version), SHORT_RETRIES));
        }
        smtp = settings.smtp() == null ? null : new AlertOutbox(new AlertSmtp(settings.smtp(), relay), LONG_RETRIES);
    }

    /// Passes a notification to the webhook and the command. Never blocks.
    void offer(AlertMessage message) {
        outboxes.forEach(outbox -> outbox.offer(message));
    }

    /// @return the mailer to use if no mailbox can send; null if none is configured
    @Nullable
    AlertMailer mailer() {
        return smtp;
    }

    void start() {
        outboxes.forEach(AlertOutbox::start);
        if (smtp != null) {
            smtp.start();
        }
    }

    /// Waits up to two seconds for each channel to end its attempt.
    @Override
    public void close() {
        outboxes.forEach(AlertOutbox::close);
        if (smtp != null) {
            smtp.close();
        }
    }
}
