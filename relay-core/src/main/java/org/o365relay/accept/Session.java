package org.o365relay.accept;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.o365relay.accept.SessionAction.Say;
import org.o365relay.accept.SessionAction.SayAndClose;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.queue.MessageQueue;

/// One client's SMTP session: the protocol's state machine, without a socket. Not thread-safe; none of its
/// methods blocks.
///
/// Lines come in through [#line], content through [#content()], [#spill()], [#endOfChunk()] and
/// [#endOfContent()]. Its parts: [Greeting] and [AuthExchange] know who the client says it is, [TransactionCommands]
/// what it
/// is sending, and [SessionErrors] what it did wrong.
final class Session {

    private static final Reply OK = Reply.of(250, "2.0.0", "Ok");

    private final Client client;
    private final AcceptSettings settings;
    private final SessionErrors conduct;
    private final Greeting hello;
    private final AuthExchange login;
    private final TransactionCommands transactions;

    private boolean spoken;

    /// Whether the last command was a DATA that was refused. A client that looks at no reply sends its content
    /// all the same, and what stands in it must not be obeyed.
    private boolean contentRefused;

    private boolean bareLineFeeds;

    Session(
            Client client,
            AcceptSettings settings,
            Users users,
            MessageQueue queue,
            Journal journal,
            InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.conduct = new SessionErrors(client, journal);
        this.hello = new Greeting(conduct, client.tls() == ListenerTls.IMPLICIT);
        this.login = new AuthExchange(client, settings.plainTextLogin(), users, conduct);
        this.transactions = new TransactionCommands(
                client,
                settings,
                new EnvelopePolicy(client, settings, queue, conduct),
                queue,
                journal,
                clock,
                conduct,
                hello,
                login);
    }

    // RFC 5321 §4.3.1
    Reply greeting() {
        return Reply.plain(220, settings.hostname() + " ESMTP o365-relay");
    }

    /// @param line without its line feed; it ends in CR unless the client ends its lines in a bare LF
    SessionAction line(String line) {
        if (login.isRunning()) {
            return login.line(line);
        }
        return line.endsWith("\r") || mayEndInLineFeed()
                ? handle(CommandParser.parse(line))
                // Not a word more: a client that did not wait for this has perhaps sent content, with commands in it.
                : conduct.sendAway(
                        RejectReplies.notTolerated(Deviation.BARE_LINE_FEED, 500, "5.5.2", "Lines must end in CRLF"));
    }

    SessionAction handle(Command command) {
        spoken = true;
        login.heard(command); // before anything can refuse it: a device goes on with its password all the same
        if (contentRefused && !isUnderstood(command)) {
            return conduct.sendAway(Reply.of(421, "4.7.0", "Not a command, after a DATA that was refused"));
        }
        boolean bringsMail = command instanceof Command.Rcpt || command instanceof Command.Bdat;
        SessionAction answer =
                (bringsMail ? Optional.<SessionAction>empty() : conduct.idled()).orElseGet(() -> obey(command));
        contentRefused = isData(command) && !(answer instanceof SessionAction.ReadContent);
        return answer;
    }

    private static boolean isData(Command command) {
        return command instanceof Command.Data
                || (command instanceof Command.Overloaded overloaded && overloaded.meant() instanceof Command.Data);
    }

    private static boolean isUnderstood(Command command) {
        return !(command instanceof Command.Unknown
                || command instanceof Command.Malformed
                || command instanceof Command.MalformedAuth
                || command instanceof Command.Unmeasured);
    }

    /// The line is longer than may be, and skipped.
    SessionAction tooLong() {
        login.breakOff();
        return error(Deviation.BAD_COMMAND, Reply.of(500, "5.5.2", "Line too long (relay.limits.command-line-length)"));
    }

    /// TLS has begun. What was said before could have been said by anybody (RFC 3207 §4.2).
    void secured() {
        endTransaction();
        hello.secured();
        login.forget();
    }

    /// The client has broken the connection.
    ///
    /// @param how [Deviation#CUT_OFF] or [Deviation#NO_QUIT]
    void lost(Deviation how) {
        if (transactions.isChunked()) {
            conduct.deviated(Deviation.CUT_OFF);
        } else if (spoken) {
            conduct.deviated(how); // who never says a word is a port scanner, or looks after the relay's health
        }
        endTransaction();
    }

    /// The client has gone, or says no more, while it waits for an answer.
    void leftWaiting() {
        login.abandon();
    }

    /// The client takes too long, and is sent away.
    ///
    /// @return the last word to it
    Reply tooSlow(Reply reply) {
        conduct.deviated(Deviation.TOO_SLOW);
        conduct.refused(transactions.sender(), null, reply);
        endTransaction();
        return reply;
    }

    /// The client says nothing, and is sent away: a matter for the journal if it was about to send a message.
    ///
    /// @return the last word to it
    Reply silent(Reply reply) {
        return transactions.isOpen() ? tooSlow(reply) : reply;
    }

    /// @return whether the client may do this; not counted
    boolean accepts(Deviation deviation) {
        return client.policy().tolerance().accepts(deviation);
    }

    /// @return the transaction whose content is being read
    MailTransaction content() {
        return transactions.content();
    }

    /// @see TransactionCommands#spill()
    Optional<CompletableFuture<QueueId>> spill() {
        return transactions.spill();
    }

    /// @see TransactionCommands#endOfChunk()
    Reply endOfChunk() {
        return transactions.endOfChunk();
    }

    /// @see TransactionCommands#endOfContent()
    CompletableFuture<Reply> endOfContent() {
        return transactions.endOfContent();
    }

    /// Nothing more is said. May be called more than once.
    void ended() {
        endTransaction();
        conduct.ended();
    }

    /// Gives up an unfinished transaction.
    private void endTransaction() {
        transactions.end();
    }

    private SessionAction obey(Command command) {
        if (client.tls() == ListenerTls.REQUIRED && !hello.isSecure() && !isForAnybody(command)) {
            // RFC 3207 §4
            Reply refusal = Reply.of(530, "5.7.0", "Must issue a STARTTLS command first (relay.listeners: tls)");
            return refuse(command, refusal);
        }
        return switch (command) {
            case Command.Helo(String name) -> hello(name, false, Reply.plain(250, settings.hostname()));
            case Command.Ehlo(String name) -> hello(name, true, extensions().ehlo(settings.hostname()));
            case Command.Mail mail -> transactions.mail(mail);
            case Command.Rcpt rcpt -> transactions.rcpt(rcpt);
            case Command.Data _ -> transactions.data();
            case Command.Bdat bdat -> transactions.bdat(bdat);
            case Command.Rset _ -> {
                endTransaction();
                yield new Say(OK);
            }
            case Command.Noop _ -> new Say(OK);
            // RFC 5321 §3.5.3
            case Command.Vrfy _ -> new Say(Reply.of(252, "2.1.5", "Send mail and it will be tried"));
            // RFC 5321 §3.5.2
            case Command.Expn _ -> conduct.error(Reply.of(502, "5.5.1", "No lists are kept here"));
            case Command.Help _ -> new Say(extensions().help());
            case Command.StartTls _ -> startTls();
            case Command.Auth auth -> auth(auth);
            case Command.Quit _ -> new SayAndClose(Reply.of(221, "2.0.0", settings.hostname() + " closing connection"));
            case Command.Overloaded(String verb, Command meant) -> overloaded(verb, meant);
            case Command.Unknown unknown -> error(Deviation.BAD_COMMAND, unknown(unknown));
            case Command.Malformed(Reply reply) -> error(Deviation.BAD_COMMAND, reply);
            case Command.MalformedAuth _ ->
                error(Deviation.BAD_COMMAND, Reply.of(501, "5.5.4", "Say AUTH LOGIN or AUTH PLAIN"));
            case Command.Unmeasured _ -> {
                conduct.deviated(Deviation.BAD_COMMAND);
                yield conduct.sendAway(Reply.of(501, "5.5.4", "Say BDAT and a number of octets, perhaps LAST"));
            }
        };
    }

    private SessionAction refuse(Command command, Reply reply) {
        return command instanceof Command.Bdat bdat ? transactions.refuseChunk(bdat, reply) : conduct.error(reply);
    }

    /// What may be said before TLS where TLS is required.
    private static boolean isForAnybody(Command command) {
        return switch (command) {
            case Command.Helo _, Command.Ehlo _, Command.StartTls _ -> true;
            case Command.Noop _, Command.Rset _, Command.Help _, Command.Quit _ -> true;
            case Command.Overloaded overloaded -> isForAnybody(overloaded.meant());
            // They have answers of their own.
            case Command.Unknown _, Command.Malformed _, Command.MalformedAuth _, Command.Unmeasured _ -> true;
            case Command.Mail _, Command.Rcpt _, Command.Data _, Command.Bdat _ -> false;
            case Command.Vrfy _, Command.Expn _, Command.Auth _ -> false;
        };
    }

    // RFC 5321 §4.1.1.1: also ends a transaction
    private SessionAction hello(String name, boolean esmtp, Reply reply) {
        Optional<Reply> refusal = hello.say(name, esmtp);
        if (refusal.isPresent()) {
            return conduct.error(refusal.get()); // RFC 5321 §4.1.4: and all is as it was
        }
        endTransaction();
        return new Say(reply);
    }

    private Extensions extensions() {
        return new Extensions(
                SizeLimit.of(client.policy(), settings.routes()).octets(),
                isTlsOffered(),
                login.isOffered(hello.isSecure()));
    }

    private boolean isTlsOffered() {
        return !hello.isSecure() && client.tls() != ListenerTls.OFF;
    }

    private SessionAction startTls() {
        if (hello.isSecure()) {
            return conduct.error(Reply.of(503, "5.5.1", "TLS is on already"));
        }
        if (!isTlsOffered()) {
            return conduct.error(
                    Reply.of(502, "5.5.1", "No TLS is spoken here (relay.tls.certificate, relay.listeners: tls)"));
        }
        endTransaction();
        spoken = false; // who breaks off the handshake has nothing to quit
        return new SessionAction.StartTls(Reply.of(220, "2.0.0", "Go ahead"));
    }

    private SessionAction auth(Command.Auth auth) {
        return transactions.isOpen()
                ? conduct.error(Reply.of(503, "5.5.1", "A login comes before MAIL"))
                : login.begin(auth, hello.isSecure());
    }

    private SessionAction overloaded(String verb, Command meant) {
        return conduct.tolerates(Deviation.NEEDLESS_ARGUMENT)
                ? obey(meant)
                : conduct.error(
                        RejectReplies.notTolerated(Deviation.NEEDLESS_ARGUMENT, 501, "5.5.4", verb + " stands alone"));
    }

    /// Who has tried to log in may go on with name and password although nobody asked; these are not repeated.
    private Reply unknown(Command.Unknown unknown) {
        boolean harmless = !login.isTried() && unknown.looksLikeVerb();
        return Reply.of(500, "5.5.1", harmless ? "Command not known: " + unknown.verb() : "Command not known");
    }

    private SessionAction error(Deviation deviation, Reply reply) {
        conduct.deviated(deviation);
        return conduct.error(reply);
    }

    private boolean mayEndInLineFeed() {
        if (!bareLineFeeds) {
            bareLineFeeds = true;
            conduct.deviated(Deviation.BARE_LINE_FEED); // once a session: it does so always
        }
        return accepts(Deviation.BARE_LINE_FEED);
    }
}
