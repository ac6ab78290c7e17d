package org.o365relay.accept.session;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.EnvelopePolicy.Decision;
import org.o365relay.accept.session.SessionAction.ReadChunk;
import org.o365relay.accept.session.SessionAction.ReadContent;
import org.o365relay.accept.session.SessionAction.Send;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.queue.Intake;
import org.o365relay.queue.QueueException;
import org.o365relay.route.Routes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The commands of mail transactions (RFC 5321 §3.3): MAIL, RCPT, DATA or BDAT, then content and commit.
final class TransactionCommands {

    private static final Logger log = LoggerFactory.getLogger(TransactionCommands.class);
    private static final int MAX_REJECTED_RECIPIENTS = 1_000;

    private final Client client;
    private final SessionSettings settings;
    private final EnvelopePolicy policy;
    private final Intake queue;
    private final Journal journal;
    private final InstantSource clock;
    private final SessionErrors errors;
    private final HeloState helo;
    private final AuthExchange auth;
    private long chunkSize;
    private @Nullable MailTransaction transaction;

    TransactionCommands(
            Client client,
            SessionSettings settings,
            EnvelopePolicy policy,
            Intake queue,
            Journal journal,
            InstantSource clock,
            SessionErrors errors,
            HeloState helo,
            AuthExchange auth) {
        this.client = client;
        this.settings = settings;
        this.policy = policy;
        this.queue = queue;
        this.journal = journal;
        this.clock = clock;
        this.errors = errors;
        this.helo = helo;
        this.auth = auth;
    }

    /// @return whether a transaction is open
    boolean isOpen() {
        return transaction != null;
    }

    /// @return sender of the open transaction; null for the null sender, or if no transaction is open
    @Nullable
    EmailAddress sender() {
        return transaction == null ? null : transaction.sender();
    }

    /// @return whether a BDAT chunk was received in the open transaction
    boolean isChunked() {
        return transaction != null && transaction.isChunked();
    }

    SessionAction mail(Command.Mail mail) {
        if (transaction != null) {
            return errors.error(Reply.of(503, "5.5.1", "Nested MAIL command"));
        }
        if (auth.isStillRequired()) {
            return errors.reject(
                    mail.sender(),
                    null,
                    Reply.of(530, "5.7.0", "Authentication required (relay.trusted-networks: auth)"));
        }
        return switch (policy.mail(mail, helo.isAccepted())) {
            case Decision.Accepted(EmailAddress sender) -> {
                boolean smtpUtf8 = mail.requestsSmtpUtf8() || (sender != null && !sender.isAscii());
                BodyType body = mail.bodyType().orElse(BodyType.SEVEN_BIT);
                long size = mail.declaredSize().orElse(0L);
                transaction = new MailTransaction(
                        sender,
                        smtpUtf8,
                        body,
                        mail.dsnRequest().value(),
                        queue.receive(),
                        size,
                        settings.limits().connections());
                yield new Send(Reply.of(250, "2.1.0", "Sender ok"));
            }
            case Decision.Rejected(Reply reply) -> errors.reject(mail.sender(), null, reply);
            case Decision.OverLimit overLimit -> errors.limitExceeded(mail.sender(), null, overLimit);
        };
    }

    SessionAction rcpt(Command.Rcpt rcpt) {
        MailTransaction current = transaction;
        if (current == null) {
            return errors.error(Reply.of(503, "5.5.1", "Need MAIL before RCPT"));
        }
        return switch (policy.rcpt(rcpt, current)) {
            case Decision.Accepted(EmailAddress recipient) -> {
                boolean added =
                        current.add(recipient == null ? rcpt.recipient() : recipient, policy.dsnRequest(rcpt, current));
                SessionAction ok = new Send(Reply.of(250, "2.1.5", "Recipient ok"));
                yield added ? ok : errors.countIdleCommand().orElse(ok);
            }
            case Decision.Rejected(Reply reply) ->
                tooManyRejected(current, reply)
                        .orElseGet(() -> errors.reject(current.sender(), rcpt.recipient(), reply));
            case Decision.OverLimit overLimit ->
                tooManyRejected(current, overLimit.reply())
                        .orElseGet(() -> errors.limitExceeded(current.sender(), rcpt.recipient(), overLimit));
        };
    }

    private Optional<SessionAction> tooManyRejected(MailTransaction current, Reply reply) {
        return current.rejectRecipient() > MAX_REJECTED_RECIPIENTS
                ? Optional.of(errors.rejectAndClose(
                        Reply.of(421, "4.7.0", "Too many rejected recipients, last error: " + reply.text())))
                : Optional.empty();
    }

    SessionAction data() {
        Optional<Reply> rejection = sequenceError("DATA");
        if (rejection.isPresent()) {
            return errors.error(rejection.get());
        }
        MailTransaction current = content();
        if (current.isChunked()) {
            return errors.error(Reply.of(503, "5.5.1", "DATA not allowed after BDAT"));
        }
        if (current.body() == BodyType.BINARY) {
            return errors.error(Reply.of(503, "5.5.1", "BINARYMIME requires BDAT")); // RFC 3030 §3
        }
        return new ReadContent(Reply.plain(354, "End data with <CR><LF>.<CR><LF>"));
    }

    // RFC 3030 §2
    SessionAction bdat(Command.Bdat bdat) {
        Optional<Reply> rejection = sequenceError("BDAT");
        if (rejection.isPresent()) {
            return rejectChunk(bdat, rejection.get());
        }
        MailTransaction current = content();
        current.beginChunks();
        chunkSize = bdat.size();
        SizeLimit limit = SizeLimit.of(client.policy(), settings.routes());
        if (bdat.size() > limit.octets() - current.size()) {
            current.reject(limit.rejection());
        }
        if (current.rejection().isPresent()) {
            return errors.countIdleCommand()
                    .orElseGet(() ->
                            discardChunk(bdat, current, current.rejection().get()));
        }
        return (bdat.size() > 0 ? Optional.<SessionAction>empty() : errors.countIdleCommand())
                .orElseGet(() -> new ReadChunk(bdat.size(), bdat.last(), null));
    }

    private SessionAction discardChunk(Command.Bdat bdat, MailTransaction current, Reply rejection) {
        errors.rejected(current.sender(), null, rejection);
        if (bdat.last()) {
            end();
        }
        return new ReadChunk(bdat.size(), bdat.last(), rejection);
    }

    private Optional<Reply> sequenceError(String verb) {
        if (transaction == null) {
            return Optional.of(Reply.of(503, "5.5.1", "Need MAIL and RCPT before " + verb));
        }
        return transaction.recipients().isEmpty()
                ? Optional.of(Reply.of(554, "5.5.1", "No valid recipients"))
                : Optional.empty();
    }

    /// Rejects BDAT, but reads its chunk, which must not be read as commands.
    SessionAction rejectChunk(Command.Bdat bdat, Reply reply) {
        SessionAction action = errors.error(reply);
        return action instanceof Send ? new ReadChunk(bdat.size(), bdat.last(), reply) : action;
    }

    /// @return the transaction whose content is being read
    MailTransaction content() {
        if (transaction == null) {
            throw new IllegalStateException("content without a transaction");
        }
        return transaction;
    }

    /// Checks size and free space, and writes a full chunk to the queue. Call this after each piece of content.
    ///
    /// @return future that the queue completes, before which no content may be read; empty if nothing was
    ///     written
    Optional<CompletableFuture<QueueId>> spill() {
        MailTransaction current = content();
        if (current.rejection().isEmpty()) {
            checkProgress(current).ifPresent(current::reject);
        }
        if (current.rejection().isPresent()) {
            current.discardBuffer();
            return Optional.empty();
        }
        return current.isChunkFull()
                ? Optional.of(current.append(settings.hostname()).whenComplete((_, failure) -> {
                    if (failure != null) {
                        current.reject(queueWriteError(failure));
                    }
                }))
                : Optional.empty();
    }

    /// Replies to a chunk that is not the last.
    // RFC 3030 §2
    Reply endOfChunk() {
        MailTransaction current = content();
        Optional<Reply> rejection = current.rejection();
        rejection.ifPresent(reply -> errors.rejected(current.sender(), null, reply));
        return rejection.orElseGet(() -> Reply.of(250, "2.0.0", chunkSize + " octets received"));
    }

    /// Commits or rejects the message.
    ///
    /// @return future that the queue completes when the reply may be sent; never exceptionally
    CompletableFuture<Reply> endOfContent() {
        MailTransaction ended = content();
        transaction = null;
        if (ended.rejection().isEmpty()) {
            checkProgress(ended).ifPresent(ended::reject);
        }
        Optional<Reply> contentRejection = ContentChecks.rejection(ended, client, settings);
        Optional<Reply> rejection = ended.rejection().or(() -> contentRejection).or(() -> tooLargeForTarget(ended));
        if (rejection.isPresent()) {
            return CompletableFuture.completedFuture(reject(ended, rejection.get()));
        }
        Arrival arrival = new Arrival(
                clock.instant().truncatedTo(ChronoUnit.MILLIS), client.address(), errors.helo(), protocol(ended));
        List<RoutedEnvelope> parts = ended.parts(settings.routes(), client.address());
        int recipients = ended.recipients().size();
        long size = ended.size();
        client.device()
                .messageAccepted(recipients, size); // before the commit, so that a crash cannot restore used quota
        return ended.commit(arrival, parts).handle((ids, failure) -> {
            if (failure != null) {
                client.device().rollBack(recipients, size);
                Reply reply = queueWriteError(failure);
                errors.rejected(ended.sender(), ended.recipients().iterator().next(), reply);
                discardStored(ended);
                return reply;
            }
            errors.accepted();
            for (int i = 0; i < ids.size(); i++) {
                journal.record(new Accepted(ids.get(i), arrival, parts.get(i).envelope(), size));
            }
            return Reply.of(250, "2.0.0", "Queued as " + ids.getFirst());
        });
    }

    /// Aborts the open transaction, if any.
    void end() {
        if (transaction != null) {
            abandon(transaction);
            transaction = null;
        }
    }

    private Optional<Reply> checkProgress(MailTransaction current) {
        SizeLimit limit = SizeLimit.of(client.policy(), settings.routes());
        if (current.size() > limit.octets()) {
            return Optional.of(limit.rejection());
        }
        Optional<Reply> tooLarge = current.hasHeader() ? tooLargeForTarget(current) : Optional.empty();
        return tooLarge.or(() -> queue.shortageFor(0).map(RejectReplies::insufficientStorage));
    }

    /// A message is accepted for all recipients or for none, because there is only one reply after the final
    /// dot.
    private Optional<Reply> tooLargeForTarget(MailTransaction current) {
        Routes routes = settings.routes();
        return routes.firstOverSizeLimit(current.parts(routes, client.address()), current.size())
                .map(target -> RejectReplies.tooLargeFor(target.name(), target.messageSize()));
    }

    private Reply reject(MailTransaction ended, Reply reply) {
        errors.rejected(ended.sender(), ended.recipients().iterator().next(), reply);
        abandon(ended);
        return reply;
    }

    private static Reply queueWriteError(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof QueueException) {
            log.error("cannot write a message to the queue: {}", cause.getMessage());
        } else {
            log.error("cannot write a message to the queue", cause);
        }
        return RejectReplies.queueWriteError();
    }

    private void abandon(MailTransaction ended) {
        if (!ended.recipients().isEmpty()) {
            client.device().release(ended.recipients().size());
        }
        discardStored(ended);
    }

    private static void discardStored(MailTransaction ended) {
        var _ = ended.abandon().exceptionally(failure -> {
            log.warn(
                    "cannot remove an incomplete message from the queue before the next start: {}",
                    failure.getMessage());
            return null;
        });
    }

    private String protocol(MailTransaction ended) {
        return helo.protocol(ended.smtpUtf8(), auth.isDone());
    }
}
