package org.o365relay.accept.session;

import java.time.InstantSource;
import org.o365relay.accept.auth.Users;
import org.o365relay.journal.Journal;
import org.o365relay.queue.Intake;

/// Opens sessions with the same settings, users, queue and log of rejections.
///
/// @param rejectLog logs the rejections of all sessions
public record SessionFactory(
        SessionSettings settings,
        Users users,
        Intake queue,
        Journal journal,
        RejectLog rejectLog,
        InstantSource clock) {

    public SessionFactory(SessionSettings settings, Users users, Intake queue, Journal journal, InstantSource clock) {
        this(settings, users, queue, journal, new RejectLog(journal, RejectLog.SESSION_LINES), clock);
    }

    /// @return a factory for sessions with other settings
    public SessionFactory with(SessionSettings next) {
        return new SessionFactory(next, users, queue, journal, rejectLog, clock);
    }

    public Session open(Client client) {
        return new Session(client, settings, users, queue, journal, rejectLog, clock);
    }
}
