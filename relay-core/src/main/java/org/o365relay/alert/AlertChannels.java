package org.o365relay.alert;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.net.HttpSettings;

/// The channels that notify the admin without using the queue or a mailbox. Each has its own thread and
/// retries, so that none delays mail or another channel.
public final class AlertChannels implements AutoCloseable {

    /// Delays before the second and third attempt by webhook or command.
    private static final List<Duration> SHORT_RETRIES = List.of(Duration.ofSeconds(5), Duration.ofSeconds(30));

    /// Delays before further attempts by SMTP: a server may be restarting, or use greylisting.
    private static final List<Duration> LONG_RETRIES =
            List.of(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(15));

    private static final String SMTP = "smtp";

    private final String version;
    private volatile List<AlertOutbox> outboxes;

    /// Channels that are ready to be used.
    public static final class Prepared {
        private final List<AlertChannel> channels;

        private Prepared(List<AlertChannel> channels) {
            this.channels = List.copyOf(channels);
        }
    }

    /// @param http proxy and trusted certificates of the webhook
    /// @param relay host name of the relay
    /// @param version version of the program
    /// @throws java.io.UncheckedIOException if the trusted certificates of the SMTP server cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains none
    public AlertChannels(AlertChannelSettings settings, HttpSettings http, String relay, String version) {
        this.version = version;
        this.outboxes = prepare(settings, http, relay).channels.stream()
                .map(AlertChannels::outbox)
                .toList();
    }

    private static AlertOutbox outbox(AlertChannel channel) {
        return new AlertOutbox(channel, channel.key().equals(SMTP) ? LONG_RETRIES : SHORT_RETRIES);
    }

    /// Creates channels for [#use].
    ///
    /// @param relay host name of the relay
    /// @throws java.io.UncheckedIOException if the trusted certificates of the SMTP server cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains none
    public Prepared prepare(AlertChannelSettings settings, HttpSettings http, String relay) {
        List<AlertChannel> channels = new ArrayList<>();
        if (settings.webhook() != null) {
            channels.add(new Webhook(settings.webhook(), http, relay, version));
        }
        if (settings.command() != null) {
            channels.add(new AlertCommand(settings.command(), relay, version));
        }
        if (settings.smtp() != null) {
            channels.add(new AlertSmtp(settings.smtp(), relay));
        }
        return new Prepared(channels);
    }

    /// Replaces the channels of a running relay. Pending alerts of a channel that is still configured are sent
    /// with its new settings; those of a channel that is not are dropped.
    void use(Prepared next) {
        List<AlertOutbox> unused = new ArrayList<>(outboxes);
        List<AlertOutbox> used = new ArrayList<>();
        for (AlertChannel channel : next.channels) {
            find(unused, channel.key())
                    .ifPresentOrElse(
                            same -> {
                                unused.remove(same);
                                same.use(channel);
                                used.add(same);
                            },
                            () -> {
                                AlertOutbox added = outbox(channel);
                                added.start();
                                used.add(added);
                            });
        }
        outboxes = List.copyOf(used);
        unused.forEach(AlertOutbox::close);
    }

    private static Optional<AlertOutbox> find(List<AlertOutbox> outboxes, String key) {
        return outboxes.stream().filter(outbox -> outbox.key().equals(key)).findFirst();
    }

    /// Passes a notification to the webhook and the command. Never blocks.
    void offer(AlertMessage message) {
        outboxes.stream().filter(outbox -> !outbox.key().equals(SMTP)).forEach(outbox -> outbox.offer(message));
    }

    /// @return the mailer to use if no mailbox can send; empty if none is configured
    Optional<AlertMailer> mailer() {
        return find(outboxes, SMTP).map(outbox -> outbox);
    }

    void start() {
        outboxes.forEach(AlertOutbox::start);
    }

    /// Waits up to two seconds for each channel to end its attempt.
    @Override
    public void close() {
        outboxes.forEach(AlertOutbox::close);
    }
}
