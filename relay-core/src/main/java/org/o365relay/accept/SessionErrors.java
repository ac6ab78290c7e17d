package org.o365relay.accept;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.SessionAction.Send;
import org.o365relay.accept.SessionAction.SendAndClose;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// How a client behaves in one session: what it does wrong is counted for its device, what is refused goes to
/// the journal too, up to [#MAX_LOGGED] times, and who goes on too long is sent away.
final class SessionErrors {

    private static final int MAX_ERRORS = 20;
    private static final int MAX_IDLE_COMMANDS = 1_000;

    /// How many refusals of a session the journal is told of one by one; of the others, their number at its end.
    static final int MAX_LOGGED = 20;

    private final Client client;
    private final Journal journal;
    private String helo = "";
    private int errors;
    private int idleCommands;
    private int logged;
    private long suppressed;
    private @Nullable Reply lastSuppressed;

    SessionErrors(Client client, Journal journal) {
        this.client = client;
        this.journal = journal;
    }

    /// @param name fit for a header; empty if the client did not say
    void setHelo(String name) {
        helo = name;
        if (!name.isEmpty()) {
            client.device().setHelo(name);
        }
    }

    /// @return what the client calls itself, empty if it did not say
    String helo() {
        return helo;
    }

    void deviated(Deviation deviation) {
        client.device().deviated(deviation);
    }

    /// Counts something the client does wrong.
    ///
    /// @return whether it may
    boolean tolerates(Deviation deviation) {
        deviated(deviation);
        return client.policy().tolerance().accepts(deviation);
    }

    /// Counts what the client does wrong.
    ///
    /// @return one it may not do; empty if it may do all of them
    Optional<Deviation> firstRefused(Set<Deviation> deviations) {
        if (deviations.isEmpty()) {
            return Optional.empty();
        }
        Deviation refused = null;
        for (Deviation deviation : deviations) {
            refused = tolerates(deviation) || refused != null ? refused : deviation;
        }
        return Optional.ofNullable(refused);
    }

    /// A protocol error; a client that makes too many is sent away.
    SessionAction error(Reply reply) {
        if (++errors < MAX_ERRORS) {
            return reject(null, null, reply);
        }
        return rejectAndClose(Reply.of(421, "4.7.0", "Too many errors, last error: " + reply.text()));
    }

    /// A command that is in order, but not granted.
    SessionAction reject(@Nullable EmailAddress sender, @Nullable EmailAddress recipient, Reply reply) {
        rejected(sender, recipient, reply);
        return new Send(reply);
    }

    SessionAction rejectAndClose(Reply reply) {
        rejected(null, null, reply);
        return new SendAndClose(reply);
    }

    /// The device has used up what it may.
    SessionAction limitExceeded(
            @Nullable EmailAddress sender,
            @Nullable EmailAddress recipient,
            EnvelopePolicy.Decision.OverLimit verdict) {
        LimitExceeded overdraft = verdict.excess();
        Reply reply = verdict.reply();
        if (countRejection(reply)) {
            journal.limitExceeded(new Journal.ExceededLimit(
                    client.address(),
                    client.policy().name(),
                    helo,
                    sender,
                    recipient,
                    overdraft.limit(),
                    overdraft.until(),
                    reply));
        }
        return new Send(reply);
    }

    void rejected(@Nullable EmailAddress sender, @Nullable EmailAddress recipient, Reply reply) {
        if (countRejection(reply)) {
            journal.rejected(client.address(), helo, sender, recipient, reply);
        }
    }

    /// Counts a refusal.
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

    /// The session is over: tells the journal how much it was not told. May be called more than once.
    void end() {
        Reply last = lastSuppressed;
        if (last != null) {
            String text = "%s (last of %d more rejections in this session)".formatted(last.text(), suppressed);
            journal.rejected(client.address(), helo, null, null, new Reply(last.code(), last.status(), List.of(text)));
            suppressed = 0;
            lastSuppressed = null;
        }
    }

    /// Counts a command that brings no message nearer.
    ///
    /// @return the last word to a client that sends nothing else; empty if it may go on
    Optional<SessionAction> countIdleCommand() {
        return ++idleCommands > MAX_IDLE_COMMANDS
                ? Optional.of(rejectAndClose(
                        Reply.of(421, "4.7.0", "More than " + MAX_IDLE_COMMANDS + " commands without a message")))
                : Optional.empty();
    }

    /// A message has been committed.
    void accepted() {
        idleCommands = 0;
    }
}
