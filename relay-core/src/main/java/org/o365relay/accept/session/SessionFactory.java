package org.o365relay.accept.session;

import java.time.InstantSource;
import org.o365relay.accept.auth.Users;
import org.o365relay.journal.Journal;
import org.o365relay.queue.Intake;

/// Opens sessions with the same settings, users and queue.
public record SessionFactory(
        SessionSettings settings, Users users, Intake queue, Journal journal, InstantSource clock) {

    public Session open(Client client) {
        return new Session(client, settings, users, queue, journal, clock);
    }
}
