package org.o365relay.accept.session;

import java.time.InstantSource;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.SessionAction.ReadContent;
import org.o365relay.accept.session.SessionAction.Send;
import org.o365relay.accept.session.SessionAction.SendAndClose;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.queue.Intake;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handles DATA and BDAT, receives the content that follows them, and commits the message to the queue. Owns
/// the open mail transaction.
///
/// After [SessionAction.ReadContent], the connection passes octets to [#receive] until [#isComplete], waits for
/// [#spill] after each call, and then sends the reply from [#end].
public final class MessageReceiver {

    private static final Logger log = LoggerFactory.getLogger(MessageReceiver.class);

    /// Maximum size of a rejected chunk in octets for which the session continues after the chunk has been
    /// skipped. A larger chunk closes the session.
    private static final long MAX_SKIPPED = 64L * 1024 * 1024;

    private static final Reply SEND_CONTENT = Reply.plain(354, "End data with <CR><LF>.<CR><LF>");
    private static final EnhancedStatus QUEUED = EnhancedStatus.of("2.0.0");

    private final Client client;
    private final SizeLimit sizeLimit;
    private final ContentChecks checks;
    private final Journal journal;
    private final InstantSource clock;
    private final ClientState state;
    private final SessionErrors errors;

    private @Nullable MailTransaction transaction;
    private @Nullable Chunk chunk; // null after DATA
    private long remaining; // octets of the chunk not received yet; after DATA, unlimited until the final dot
    private boolean bareLineFeeds;
    private boolean ambiguousEnd;

    /// @param size size of the chunk in octets
    /// @param last whether the chunk ends the message
    /// @param rejection reply to send after the chunk has been discarded; null if the chunk is accepted
    private record Chunk(long size, boolean last, @Nullable Reply rejection) {}

    MessageReceiver(
            Client client,
            SessionSettings settings,
            Intake queue,
            Journal journal,
            InstantSource clock,
            ClientState state,
            SessionErrors errors) {
        this.client = client;
        this.sizeLimit = SizeLimit.of(client.policy(), settings.routes());
        this.checks = new ContentChecks(client, settings, sizeLimit, queue);
        this.journal = journal;
        this.clock = clock;
        this.state = state;
        this.errors = errors;
    }

    void begin(MailTransaction opened) {
        transaction = opened;
    }

    /// @return the open transaction; null if there is none
    @Nullable
    MailTransaction transaction() {
        return transaction;
    }

    /// @return sender of the open transaction; null for the null sender, or if no transaction is open
    @Nullable
    EmailAddress sender() {
        return transaction == null ? null : transaction.sender();
    }

    /// @return whether BDAT was received in the open transaction
    boolean isChunked() {
        return transaction != null && transaction.isChunked();
    }

    /// Aborts the open transaction, if any.
    void abort() {
        if (transaction != null) {
            abandon(transaction);
            transaction = null;
        }
    }

    /// @param bareLineFeed whether the command ended with a bare LF
    SessionAction data(boolean bareLineFeed) {
        Optional<Reply> rejection = sequenceError("DATA").or(this::dataError);
        if (rejection.isPresent()) {
            return errors.error(rejection.get());
        }
        openTransaction()
                .setDecoder(new ContentDecoder(bareLineFeed || client.accepts(Deviation.NONSTANDARD_END_OF_DATA)));
        return expectContent(null, Long.MAX_VALUE, bareLineFeed, SEND_CONTENT);
    }

    private Optional<Reply> dataError() {
        if (openTransaction().isChunked()) {
            return Optional.of(Reply.of(503, "5.5.1", "DATA not allowed after BDAT"));
        }
        return openTransaction().body() == BodyType.BINARY
                ? Optional.of(Reply.of(503, "5.5.1", "BINARYMIME requires BDAT")) // RFC 3030 §3
                : Optional.empty();
    }

    /// @param bareLineFeed whether the command ended with a bare LF
    // RFC 3030 §2
    SessionAction bdat(Command.Bdat bdat, boolean bareLineFeed) {
        Optional<Reply> outOfSequence = sequenceError("BDAT");
        if (outOfSequence.isPresent()) {
            return rejectChunk(bdat, outOfSequence.get());
        }
        MailTransaction current = openTransaction();
        current.beginChunks();
        if (bdat.size() > sizeLimit.octets() - current.size()) {
            current.reject(sizeLimit.rejection());
        }
        boolean progress = bdat.size() > 0 && current.rejection().isEmpty();
        return (progress ? Optional.<SessionAction>empty() : errors.countIdleCommand())
                .orElseGet(() -> current.rejection()
                        .map(reply -> discardChunk(bdat, current, reply))
                        .orElseGet(() -> expectContent(
                                new Chunk(bdat.size(), bdat.last(), null), bdat.size(), bareLineFeed, null)));
    }

    private SessionAction discardChunk(Command.Bdat bdat, MailTransaction current, Reply rejection) {
        errors.rejected(current.sender(), null, rejection);
        if (bdat.last()) {
            abort();
        }
        return skip(bdat, rejection);
    }

    /// Rejects BDAT and skips the chunk that follows, which must not be read as commands.
    SessionAction rejectChunk(Command.Bdat bdat, Reply reply) {
        SessionAction action = errors.error(reply);
        return action instanceof Send ? skip(bdat, reply) : action;
    }

    private SessionAction skip(Command.Bdat bdat, Reply rejection) {
        return bdat.size() > MAX_SKIPPED
                ? new SendAndClose(rejection)
                : expectContent(new Chunk(bdat.size(), bdat.last(), rejection), bdat.size(), false, null);
    }

    private SessionAction expectContent(
            @Nullable Chunk expected, long size, boolean bareLineFeed, @Nullable Reply reply) {
        chunk = expected;
        remaining = size;
        bareLineFeeds = bareLineFeed;
        ambiguousEnd = false;
        return new ReadContent(reply);
    }

    private Optional<Reply> sequenceError(String verb) {
        if (transaction == null) {
            return Optional.of(Reply.of(503, "5.5.1", "Need MAIL and RCPT before " + verb));
        }
        return transaction.recipients().isEmpty()
                ? Optional.of(Reply.of(554, "5.5.1", "No valid recipients"))
                : Optional.empty();
    }

    private MailTransaction openTransaction() {
        return Optional.ofNullable(transaction)
                .orElseThrow(() -> new IllegalStateException("content without a transaction"));
    }

    private boolean isSkipping() {
        return chunk != null && chunk.rejection() != null;
    }

    /// @return maximum number of octets that [#receive] takes now
    public int room() {
        return (int) Math.min(
                remaining, isSkipping() ? Integer.MAX_VALUE : openTransaction().room());
    }

    /// @param octets received octets, at most [#room]
    /// @return number of octets consumed; fewer than given only if they contain the final dot
    public int receive(byte[] octets) {
        int consumed = isSkipping() ? -1 : openTransaction().decode(octets);
        if (chunk != null) {
            remaining -= octets.length;
            return octets.length;
        }
        if (consumed < 0) {
            return octets.length;
        }
        remaining = 0;
        ambiguousEnd = bareLineFeeds || openTransaction().hasNonstandardEnd();
        return consumed;
    }

    /// @return whether the content or chunk has been received completely
    public boolean isComplete() {
        return remaining == 0;
    }

    /// @return whether another server might recognize the end of the content at a different position
    public boolean isEndAmbiguous() {
        return ambiguousEnd;
    }

    /// Checks size and free space, and writes a full buffer to the queue.
    ///
    /// @return future that completes when the buffer has been written or the write has failed; the caller must
    ///     not call [#receive] before that. Empty if there is nothing to wait for
    public Optional<CompletableFuture<QueueId>> spill() {
        boolean atFinalDot = chunk == null && isComplete();
        if (isSkipping() || atFinalDot) {
            return Optional.empty();
        }
        MailTransaction current = openTransaction();
        checks.checkProgress(current);
        if (current.rejection().isPresent()) {
            current.discardBuffer();
            return Optional.empty();
        }
        return current.isBufferFull()
                ? Optional.of(current.append().whenComplete((_, failure) -> {
                    if (failure != null) {
                        current.reject(queueWriteError(failure));
                    }
                }))
                : Optional.empty();
    }

    /// Ends the content or chunk. At the end of the content, commits or rejects the message.
    ///
    /// @return the reply, completed when it may be sent; never completed exceptionally
    public CompletableFuture<Reply> end() {
        if (chunk != null && chunk.rejection() != null) {
            return CompletableFuture.completedFuture(chunk.rejection());
        }
        return chunk == null || chunk.last()
                ? endMessage(openTransaction())
                : CompletableFuture.completedFuture(endChunk(openTransaction(), chunk.size()));
    }

    // RFC 3030 §2
    private Reply endChunk(MailTransaction current, long size) {
        Optional<Reply> rejection = current.rejection();
        rejection.ifPresent(reply -> errors.rejected(current.sender(), null, reply));
        return rejection.orElseGet(() -> Reply.of(250, "2.0.0", size + " octets received"));
    }

    private CompletableFuture<Reply> endMessage(MailTransaction ended) {
        transaction = null;
        if (bareLineFeeds) {
            ended.ignore(Deviation.BARE_LINE_FEED); // already counted for the first command that ended with a bare LF
        } else if (ambiguousEnd) {
            ended.add(Deviation.NONSTANDARD_END_OF_DATA);
        }
        Optional<Reply> rejection = checks.rejection(ended);
        if (rejection.isEmpty()) {
            return commit(ended);
        }
        errors.rejected(ended.sender(), ended.firstRecipient(), rejection.get());
        abandon(ended);
        return CompletableFuture.completedFuture(rejection.get());
    }

    private CompletableFuture<Reply> commit(MailTransaction ended) {
        Arrival arrival = new Arrival(
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                client.address(),
                state.helo(),
                state.protocol(ended.smtpUtf8()));
        long size = ended.size();
        List<RoutedEnvelope> parts = checks.accepted(ended, size);
        int recipients = RoutedEnvelope.recipients(parts);
        // before the commit, so that a crash cannot lose the count
        LocalDate day = client.device().messageAccepted(ended.recipients().size(), recipients, size);
        return ended.commit(arrival, parts).handle((ids, failure) -> {
            if (failure != null) {
                client.device().rollBack(day, recipients, size);
                Reply reply = queueWriteError(failure);
                errors.rejected(ended.sender(), ended.firstRecipient(), reply);
                discardStored(ended);
                return reply;
            }
            errors.accepted();
            ended.reusedMessageId().ifPresent(client::deviated);
            for (int i = 0; i < ids.size(); i++) {
                journal.record(new Accepted(ids.get(i), arrival, parts.get(i).envelope(), size));
            }
            checks.logOmittedCopy(ended, size, ids.getFirst());
            return new Reply(250, QUEUED, List.of("Queued as " + ids.getFirst()));
        });
    }

    private Reply queueWriteError(Throwable failure) {
        Reply reply = RejectReplies.queueWriteError();
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!errors.mayLog(reply)) {
            return reply;
        }
        if (cause instanceof QueueException) {
            log.error("cannot write a message to the queue: {}", cause.getMessage());
        } else {
            log.error("cannot write a message to the queue", cause);
        }
        return reply;
    }

    private void abandon(MailTransaction ended) {
        if (!ended.recipients().isEmpty()) {
            client.device().release(ended.recipients().size());
        }
        discardStored(ended);
    }

    private void discardStored(MailTransaction ended) {
        var _ = ended.abandon().exceptionally(failure -> {
            if (errors.mayLog(RejectReplies.queueWriteError())) {
                log.warn(
                        "cannot remove an incomplete message from the queue; it will be removed at the next startup:"
                                + " {}",
                        failure.getMessage());
            }
            return null;
        });
    }
}
