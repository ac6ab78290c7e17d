package org.o365relay.accept;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.SessionAction.Say;
import org.o365relay.accept.SessionAction.SayAndClose;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// How a client behaves in one session: what it does wrong is counted for its device, what is refused goes to
/// the journal too, up to [#MOST_TOLD] times, and who goes on too long is sent away.
final class SessionErrors {

    private static final int MOST_ERRORS = 20;
    private static final int MOST_IDLE = 1_000;

    /// How many refusals of a session the journal is told of one by one; of the others, their number at its end.
    static final int MOST_TOLD = 20;

    private final Client client;
    private final Journal journal;
    private String helo = "";
    private int errors;
    private int idle;
    private int told;
    private long untold;
    private @Nullable Reply lastUntold;

    SessionErrors(Client client, Journal journal) {
        this.client = client;
        this.journal = journal;
    }

    /// @param name fit for a header; empty if the client did not say
    void called(String name) {
        helo = name;
        if (!name.isEmpty()) {
            client.device().called(name);
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
    Optional<Deviation> refusedOf(Set<Deviation> deviations) {
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
        if (++errors < MOST_ERRORS) {
            return refuse(null, null, reply);
        }
        return sendAway(Reply.of(421, "4.7.0", "Too many errors, last one: " + reply.text()));
    }

    /// A command that is in order, but not granted.
    SessionAction refuse(@Nullable EmailAddress sender, @Nullable EmailAddress recipient, Reply reply) {
        refused(sender, recipient, reply);
        return new Say(reply);
    }

    SessionAction sendAway(Reply reply) {
        refused(null, null, reply);
        return new SayAndClose(reply);
    }

    /// The device has used up what it may.
    SessionAction overdrawn(
            @Nullable EmailAddress sender, @Nullable EmailAddress recipient, EnvelopePolicy.Verdict.Overdrawn verdict) {
        LimitExceeded overdraft = verdict.overdraft();
        Reply reply = verdict.reply();
        if (isToBeTold(reply)) {
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
        return new Say(reply);
    }

    void refused(@Nullable EmailAddress sender, @Nullable EmailAddress recipient, Reply reply) {
        if (isToBeTold(reply)) {
            journal.rejected(client.address(), helo, sender, recipient, reply);
        }
    }

    /// Counts a refusal.
    private boolean isToBeTold(Reply reply) {
        client.device().refused();
        if (told < MOST_TOLD) {
            told++;
            return true;
        }
        untold++;
        lastUntold = reply;
        return false;
    }

    /// The session is over: tells the journal how much it was not told. May be called more than once.
    void ended() {
        Reply last = lastUntold;
        if (last != null) {
            String text = "%s (the last of %d more refusals in this session)".formatted(last.text(), untold);
            journal.rejected(client.address(), helo, null, null, new Reply(last.code(), last.status(), List.of(text)));
            untold = 0;
            lastUntold = null;
        }
    }

    /// Counts a command that brings no message nearer.
    ///
    /// @return the last word to a client that sends nothing else; empty if it may go on
    Optional<SessionAction> idled() {
        return ++idle > MOST_IDLE
                ? Optional.of(
                        sendAway(Reply.of(421, "4.7.0", "More than " + MOST_IDLE + " commands without a message")))
                : Optional.empty();
    }

    /// A message has been committed.
    void accepted() {
        idle = 0;
    }
}
