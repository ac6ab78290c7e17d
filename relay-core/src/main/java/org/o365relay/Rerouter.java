package org.o365relay;

import java.time.Duration;
import org.o365relay.deliver.Rerouting;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueuedRoutes;
import org.o365relay.time.RepeatingTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reroutes messages queued for a mailbox or pool that is no longer configured, and messages for which an
/// older version of the relay recorded no mailbox. Checks every minute, because a session that began before a
/// reload may still accept mail for a mailbox or pool that the reload removed.
final class Rerouter implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Rerouter.class);
    private static final Duration MAX_SHUTDOWN = Duration.ofSeconds(2);

    private final RelaySettings settings;
    private final QueuedRoutes queued;
    private volatile boolean isClosed;
    private final RepeatingTask task =
            new RepeatingTask("reroute", Duration.ZERO, Duration.ofMinutes(1), this::reroute);

    Rerouter(RelaySettings settings, QueuedRoutes queued) {
        this.settings = settings;
        this.queued = queued;
    }

    /// @return this
    Rerouter start() {
        task.start();
        return this;
    }

    private void reroute() {
        try {
            rerouteOrphaned();
        } catch (QueueException e) {
            log.warn(
                    "messages for mailboxes that are no longer configured cannot be rerouted; retrying in a minute: {}",
                    e.getMessage());
        }
    }

    private void rerouteOrphaned() {
        for (String route : queued.names()) {
            if (isClosed) {
                return; // other settings apply to what is queued from now on
            }
            if (!settings.isConfigured(route)) {
                int moved = queued.reroute(route, new Rerouting(settings.routes()));
                log.info("rerouted {} messages for {}, which is no longer configured", moved, text(route));
            }
        }
    }

    /// Reroutes resent messages: their originals may have been routed to a mailbox or pool that is no longer
    /// configured.
    void rerouteResent() {
        try {
            rerouteOrphaned();
        } catch (QueueException e) {
            log.warn(
                    "resent messages for mailboxes that are no longer configured are rerouted at the next startup: {}",
                    e.getMessage());
        }
    }

    private static String text(String route) {
        return route.isEmpty() ? "the only mailbox of an older version" : "\"" + route + "\"";
    }

    @Override
    public void close() {
        isClosed = true;
        task.stop(MAX_SHUTDOWN);
    }
}
