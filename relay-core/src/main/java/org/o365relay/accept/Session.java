package org.o365relay.accept;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.Answer.ReadContent;
import org.o365relay.accept.Answer.Say;
import org.o365relay.accept.Answer.SayAndClose;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's SMTP session: the protocol's state machine, without a socket. Not thread-safe; none of its
/// methods blocks.
///
/// Commands come in through [#handle], content through [#content()], [#spill()] and [#endOfContent()].
final class Session {

    private static final Logger log = LoggerFactory.getLogger(Session.class);
    private static final int MOST_ERRORS = 20;
    private static final int LONGEST_NAME = 255;

    private final Client client;
    private final AcceptSettings settings;
    private final MessageQueue queue;
    private final Journal journal;
    private final InstantSource clock;

    private String helo = "";
    private boolean extended;
    private int errors;
    private @Nullable Transaction transaction;

    Session(Client client, AcceptSettings settings, MessageQueue queue, Journal journal, InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.queue = queue;
        this.journal = journal;
        this.clock = clock;
    }

    // RFC 5321 §4.3.1
    Reply greeting() {
        return Reply.plain(220, settings.hostname() + " ESMTP o365-relay");
    }

    Answer handle(Command command) {
        return switch (command) {
            case Command.Helo(String name) -> hello(name, false, Reply.plain(250, settings.hostname()));
            case Command.Ehlo(String name) -> hello(name, true, extensions());
            case Command.Mail mail -> mail(mail);
            case Command.Rcpt(EmailAddress recipient) -> rcpt(recipient);
            case Command.Data _ -> data();
            case Command.Rset _ -> {
                endTransaction();
                yield new Say(Reply.of(250, "2.0.0", "Ok"));
            }
            case Command.Noop _ -> new Say(Reply.of(250, "2.0.0", "Ok"));
            // RFC 5321 §3.5.3
            case Command.Vrfy _ -> new Say(Reply.of(252, "2.1.5", "Send mail and it will be tried"));
            case Command.Help _ -> new Say(Reply.of(214, "2.0.0", "EHLO, MAIL FROM, RCPT TO, DATA, RSET, NOOP, QUIT"));
            case Command.Auth _ ->
                error(Reply.of(502, "5.5.1", "No login is needed here: switch authentication off in the device"));
            case Command.Quit _ -> new SayAndClose(Reply.of(221, "2.0.0", settings.hostname() + " closing connection"));
            case Command.Malformed malformed -> {
                reject(null, null, malformed.reply());
                yield error(malformed.reply());
            }
        };
    }

    /// @return the transaction whose content is being read
    Transaction content() {
        if (transaction == null) {
            throw new IllegalStateException("no DATA before content");
        }
        return transaction;
    }

    /// To be called after each piece of content: keeps an eye on size and room, and puts a full chunk on disk.
    ///
    /// @return what must complete, on the queue's thread, before more content may be read; empty if nothing
    Optional<CompletableFuture<QueueId>> spill() {
        Transaction current = content();
        if (current.refusal().isEmpty()) {
            refusalMidway(current).ifPresent(current::refuse);
        }
        if (current.refusal().isPresent()) {
            current.forget();
            return Optional.empty();
        }
        return current.isChunkFull()
                ? Optional.of(current.append().whenComplete((_, failure) -> {
                    if (failure != null) {
                        current.refuse(unwritable(failure));
                    }
                }))
                : Optional.empty();
    }

    /// Commits the message, or says why not.
    ///
    /// @return completed, on the queue's thread, when the reply may be sent; never exceptionally
    CompletableFuture<Reply> endOfContent() {
        Transaction ended = content();
        transaction = null;
        Optional<Reply> refusal = ended.refusal().or(() -> refusalMidway(ended));
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(refused(ended, refusal.get()));
        }
        Arrival arrival =
                new Arrival(clock.instant().truncatedTo(ChronoUnit.MILLIS), client.address(), helo, protocol(ended));
        Envelope envelope = ended.envelope();
        long size = ended.size();
        return ended.commit(arrival).handle((id, failure) -> {
            if (failure != null) {
                return refused(ended, unwritable(failure));
            }
            journal.accepted(id, arrival, envelope, size);
            return Reply.of(250, "2.0.0", "Queued as " + id);
        });
    }

    /// Gives up an unfinished transaction; to be called when the connection is gone.
    void endTransaction() {
        if (transaction != null) {
            abandon(transaction);
            transaction = null;
        }
    }

    /// Counts a protocol error; a client that makes too many is sent away.
    Answer error(Reply reply) {
        return ++errors < MOST_ERRORS
                ? new Say(reply)
                : new SayAndClose(Reply.of(421, "4.7.0", "Too many errors, last one: " + reply.text()));
    }

    // RFC 5321 §4.1.1.1: also ends a transaction
    private Answer hello(String name, boolean esmtp, Reply reply) {
        endTransaction();
        String cut = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
        helo = cut.replaceAll("\\p{Cc}", "?"); // it will stand in a header
        extended = esmtp;
        return new Say(reply);
    }

    private Reply extensions() {
        return Reply.plain(
                250,
                settings.hostname(),
                "PIPELINING", // RFC 2920
                "SIZE " + client.policy().messageSize(), // RFC 1870
                "8BITMIME", // RFC 6152
                "SMTPUTF8", // RFC 6531
                "ENHANCEDSTATUSCODES"); // RFC 2034
    }

    private Answer mail(Command.Mail mail) {
        if (transaction != null) {
            return error(Reply.of(503, "5.5.1", "One MAIL at a time; RSET begins anew"));
        }
        Map<String, String> parameters = mail.parameters();
        Optional<Long> size = mail.declaredSize();
        if (size.isEmpty()) {
            return refuse(mail.sender(), null, Reply.of(501, "5.5.4", "SIZE is not a number"));
        }
        boolean smtpUtf8 = parameters.containsKey("SMTPUTF8");
        Optional<Reply> refusal = refusal(mail.sender(), size.get(), smtpUtf8);
        if (refusal.isPresent()) {
            return refuse(mail.sender(), null, refusal.get());
        }
        transaction = new Transaction(mail.sender(), smtpUtf8, queue.receive(), size.get());
        return new Say(Reply.of(250, "2.1.0", "Sender ok"));
    }

    private Optional<Reply> refusal(@Nullable EmailAddress sender, long size, boolean smtpUtf8) {
        if (size > client.policy().messageSize()) {
            return Optional.of(Refusals.tooLarge(client.policy().messageSize()));
        }
        if (sender != null && !sender.isAscii() && !smtpUtf8) {
            return Optional.of(Refusals.senderNotAscii());
        }
        return queue.shortageFor(size).map(Refusals::noRoom);
    }

    private Answer rcpt(EmailAddress recipient) {
        if (transaction == null) {
            return error(Reply.of(503, "5.5.1", "MAIL comes before RCPT"));
        }
        if (!recipient.isQualified()) {
            return refuse(transaction.sender(), recipient, Refusals.unqualified());
        }
        if (!recipient.isAscii() && !transaction.smtpUtf8()) {
            return refuse(transaction.sender(), recipient, Refusals.recipientNotAscii());
        }
        if (transaction.recipients().size() >= settings.limits().recipients()) {
            return refuse(
                    transaction.sender(),
                    recipient,
                    Refusals.tooManyRecipients(settings.limits().recipients()));
        }
        transaction.add(recipient);
        return new Say(Reply.of(250, "2.1.5", "Recipient ok"));
    }

    private Answer data() {
        if (transaction == null) {
            return error(Reply.of(503, "5.5.1", "MAIL and RCPT come before DATA"));
        }
        if (transaction.recipients().isEmpty()) {
            return error(Reply.of(554, "5.5.1", "No valid recipients"));
        }
        return new ReadContent(Reply.plain(354, "End with <CRLF>.<CRLF>"));
    }

    private Answer refuse(@Nullable EmailAddress sender, @Nullable EmailAddress recipient, Reply reply) {
        reject(sender, recipient, reply);
        return new Say(reply);
    }

    private Optional<Reply> refusalMidway(Transaction current) {
        return current.size() > client.policy().messageSize()
                ? Optional.of(Refusals.tooLarge(client.policy().messageSize()))
                : queue.shortageFor(0).map(Refusals::noRoom);
    }

    private Reply refused(Transaction ended, Reply reply) {
        reject(ended.sender(), ended.recipients().getFirst(), reply);
        abandon(ended);
        return reply;
    }

    private static Reply unwritable(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof QueueException) {
            log.error("a message could not be written to the queue: {}", cause.getMessage());
        } else {
            log.error("a message could not be written to the queue", cause);
        }
        return Refusals.unwritable();
    }

    private void reject(@Nullable EmailAddress sender, @Nullable EmailAddress recipient, Reply reply) {
        journal.rejected(client.address(), helo, sender, recipient, reply);
    }

    private static void abandon(Transaction ended) {
        var _ = ended.abandon().exceptionally(failure -> {
            log.warn("half a message stays in the queue until the next start: {}", failure.getMessage());
            return null;
        });
    }

    // RFC 3848, RFC 6531 §4.3
    private String protocol(Transaction ended) {
        if (ended.smtpUtf8()) {
            return "UTF8SMTP";
        }
        return extended ? "ESMTP" : "SMTP";
    }
}
