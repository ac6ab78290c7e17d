package org.o365relay.accept.session;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.SessionAction.Send;
import org.o365relay.accept.session.SessionAction.SendAndClose;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// Counts the rejections in one session and logs the first [#MAX_LOGGED]. Closes the session after too many
/// errors, or after too many commands without an accepted message.
public final class SessionErrors {

    private static final int MAX_ERRORS = 20;
    private static final int MAX_IDLE_COMMANDS = 1_000;

    /// Maximum number of rejections logged individually; further ones are only counted, and their number is
    /// logged when the session ends.
    public static final int MAX_LOGGED = 20;

    private final Client client;
    private final ClientState state;
    private final Journal journal;
    private int errors;
    private int idleCommands;
    private int logged;
    private long suppressed;
    private @Nullable Reply lastSuppressed;

    SessionErrors(Client client, ClientState state, Journal journal) {
        this.client = client;
        this.state = state;
        this.journal = journal;
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
        if (countRejection(reply)) {
            journal.record(new Event.LimitExceeded(
                    new Rejected(client.address(), state.helo(), sender, recipient, reply),
                    client.policy().name(),
                    excess.limit(),
                    excess.until()));
        }
        return new Send(reply);
    }

    void rejected(@Nullable EmailAddress sender, @Nullable EmailAddress recipient, Reply reply) {
        if (countRejection(reply)) {
            journal.record(new Rejected(client.address(), state.helo(), sender, recipient, reply));
        }
    }

    /// Counts a rejection.
    ///
    /// @return whether to log it
    private boolean countRejection(Reply reply) {
        client.device().rejected();
        if (logged < MAX_LOGGED) {
            logged++;
            return true;
        }
        suppressed++;
        lastSuppressed = reply;
        return false;
    }

    /// Logs how many rejections were suppressed. Idempotent.
    void end() {
        Reply last = lastSuppressed;
        if (last != null) {
            String text = "%s (last of %d more rejections in this session)".formatted(last.text(), suppressed);
            journal.record(new Rejected(
                    client.address(), state.helo(), null, null, new Reply(last.code(), last.status(), List.of(text))));
            suppressed = 0;
            lastSuppressed = null;
        }
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
