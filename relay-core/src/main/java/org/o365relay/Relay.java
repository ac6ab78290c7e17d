package org.o365relay;

import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.Endpoint;
import org.o365relay.accept.ListenException;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.Rerouting;
import org.o365relay.accept.SmtpListener;
import org.o365relay.admit.Devices;
import org.o365relay.deliver.Courier;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.Lane;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.RoadSettings;
import org.o365relay.deliver.Upstream;
import org.o365relay.deliver.smtp.SmtpUpstream;
import org.o365relay.journal.Journal;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole relay: a listener that puts messages into the queue, and a dispatcher that takes them out. The two
/// know nothing of each other.
///
/// Started once and stopped once, by whichever thread.
public final class Relay {

    private static final Logger log = LoggerFactory.getLogger(Relay.class);

    private final RelaySettings settings;
    private final Journal journal;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private volatile @Nullable MessageQueue queue;
    private volatile @Nullable SmtpListener listener;
    private volatile @Nullable Dispatcher dispatcher;

    /// A relay on the system's clock.
    public Relay(RelaySettings settings, Journal journal) {
        this(settings, journal, InstantSource.system(), RandomGenerator.getDefault());
    }

    Relay(RelaySettings settings, Journal journal, InstantSource clock, RandomGenerator random) {
        this.settings = settings;
        this.journal = journal;
        this.clock = clock;
        this.random = random;
    }

    /// Opens the queue, begins to listen and to deliver. If it fails, nothing is left open.
    ///
    /// @throws QueueUnavailableException if the data directory cannot be used, with a message for the admin
    /// @throws ListenException if an address cannot be listened on, with a message for the admin
    public void start() throws QueueUnavailableException, ListenException {
        MessageQueue opened = MessageQueue.open(settings.queue(), clock, random);
        queue = opened;
        try {
            dispatcher = dispatcher(opened, settings.mailboxes().getFirst());
            Devices devices = new Devices(opened.devices(), clock);
            opened.keep(devices);
            listener = new SmtpListener(settings.accept(), devices, opened, journal, clock);
            for (ListenerSettings listenerSettings : settings.listeners()) {
                endpoints.addAll(listener.listen(listenerSettings));
            }
            dispatcher.start();
            Thread.ofVirtual().name("reroute").start(() -> reroute(opened)); // ends with its work, or with the queue
        } catch (ListenException | RuntimeException e) {
            stop();
            throw e;
        }
    }

    /// Messages that an older relay took, or that were meant for a mailbox or a pool that is no longer
    /// configured, find another way.
    private void reroute(MessageQueue from) {
        Rerouting rerouting = new Rerouting(settings.routes(), settings.hostname());
        try {
            for (String lane : from.lanes()) {
                if (!isConfigured(lane)) {
                    int moved = from.reroute(lane, rerouting);
                    log.info("{} messages for {} go another way: it is not configured", moved, name(lane));
                }
            }
        } catch (QueueException e) {
            log.warn("messages for mailboxes that are not configured stay until the next start: {}", e.getMessage());
        }
    }

    private boolean isConfigured(String lane) {
        return settings.routes().target(lane).isPresent()
                || settings.mailboxes().stream()
                        .anyMatch(mailbox -> mailbox.address().toString().equalsIgnoreCase(lane));
    }

    private static String name(String lane) {
        return lane.isEmpty() ? "the one mailbox of an older relay" : "\"" + lane + "\"";
    }

    private Dispatcher dispatcher(MessageQueue from, MailboxSettings mailbox) {
        Upstream upstream = upstream(mailbox.roads().getFirst());
        Lane lane = new Lane(mailbox, upstream, settings.probe(), journal, clock);
        NoticeWriter notices = new NoticeWriter(settings.notices(), mailbox.address(), settings.hostname());
        Courier courier = new Courier(from, lane, settings.retry(), notices, journal, clock, random);
        return new Dispatcher(from, lane, courier);
    }

    private static Upstream upstream(RoadSettings road) {
        return switch (road) {
            case RoadSettings.Smtp smtp -> new SmtpUpstream(smtp.upstream(), smtp.credential());
            case RoadSettings.Graph graph -> throw new IllegalArgumentException("not yet: " + graph.upstream());
        };
    }

    /// @return where it listens, in the order of the settings, with the ports that were chosen for 0
    public List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    /// @return those of them that are ports
    public List<InetSocketAddress> addresses() {
        return endpoints.stream()
                .filter(Endpoint.Tcp.class::isInstance)
                .map(endpoint -> ((Endpoint.Tcp) endpoint).socketAddress())
                .toList();
    }

    /// Stops accepting, lets messages being received and deliveries in flight end within the grace time, and
    /// closes the queue. What is queued stays queued.
    public void stop() {
        Thread backHalf = Thread.ofVirtual().name("stop-deliveries").start(this::stopDeliveries);
        if (listener != null) {
            listener.stop(settings.stopGrace());
        }
        try {
            backHalf.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (queue != null) {
            queue.close();
        }
    }

    private void stopDeliveries() {
        if (dispatcher != null) {
            dispatcher.stop(settings.stopGrace());
        }
    }
}
