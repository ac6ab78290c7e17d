package org.o365relay.accept.session;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.SessionAction.Send;
import org.o365relay.accept.session.SessionAction.SendAndClose;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// Counts and logs the rejections in one session. Closes the session after too many errors, or after too many
/// commands without an accepted message.
public final class SessionErrors {

    private static final int MAX_ERRORS = 20;
    private static final int MAX_IDLE_COMMANDS = 1_000;

    private final Client client;
    private final ClientState state;
    private final RejectLog log;
    private int errors;
    private int idleCommands;

    SessionErrors(Client client, ClientState state, RejectLog log) {
        this.client = client;
        this.state = state;
        this.log = log;
    }

    /// Rejects a command because of a protocol error; closes the session after too many errors.
    SessionAction error(Reply reply) {
        if (++errors < MAX_ERRORS) {
            return reject(null, null, reply);
        }
        return rejectAndClose(Reply.of(421, "4.7.0", "Too many errors, last error: " + reply.text()));
    }

    /// Rejects a command for a reason that does not count as a protocol error.
    SessionAction reject(@Nullable EmailAddress sender, @Nullable EmailAddress recipient, Reply reply) {
        rejected(sender, recipient, reply);
        return new Send(reply);
    }

    SessionAction rejectAndClose(Reply reply) {
        rejected(null, null, reply);
        return new SendAndClose(reply);
    }

    /// Rejects a command because the device exceeds a limit.
    SessionAction limitExceeded(
            @Nullable EmailAddress sender, @Nullable EmailAddress recipient, LimitExceeded excess, Reply reply) {
        client.device().rejected();
        log.record(new Event.LimitExceeded(
                new Rejected(client.address(), state.lastHelo(), sender, recipient, reply),
                client.policy().name(),
                excess.limit(),
                excess.until()));
        return new Send(reply);
    }

    void rejected(@Nullable EmailAddress sender, @Nullable EmailAddress recipient, Reply reply) {
        client.device().rejected();
        log.record(new Rejected(client.address(), state.lastHelo(), sender, recipient, reply));
    }

    /// Counts a log line about the client that is not recorded in the journal.
    ///
    /// @param reply reply to the client
    /// @return whether the line may be logged
    boolean mayLog(Reply reply) {
        return log.allows(client.address(), reply);
    }

    /// Counts a command toward the maximum number of commands without an accepted message. RCPT counts only
    /// for a repeated recipient, BDAT only if its chunk is empty or belongs to a rejected message.
    ///
    /// @return action that closes the session after too many such commands; otherwise empty
    Optional<SessionAction> countIdleCommand() {
        return ++idleCommands > MAX_IDLE_COMMANDS
                ? Optional.of(rejectAndClose(
                        Reply.of(421, "4.7.0", "More than " + MAX_IDLE_COMMANDS + " commands without a message")))
                : Optional.empty();
    }

    /// Resets the count of commands without a message, because a message has been committed.
    void accepted() {
        idleCommands = 0;
    }
}
