package org.o365relay.accept.session;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.session.SessionAction.Send;
import org.o365relay.accept.session.SessionAction.SendAndClose;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Intake;

/// The SMTP state machine of one connection, without a socket. Not thread-safe; no method blocks.
///
/// The connection passes each line to [#line]. [ClientState] holds the HELO name and whether the client uses
/// TLS and is authenticated, [AuthExchange] handles AUTH, [EnvelopeCommands] handles MAIL and RCPT,
/// [MessageReceiver] handles everything from DATA or BDAT to the commit, and [SessionErrors] counts errors.
public final class Session {

    private static final Reply OK = Reply.of(250, "2.0.0", "Ok");

    private final Client client;
    private final SessionSettings settings;
    private final ClientState state;
    private final SessionErrors errors;
    private final AuthExchange auth;
    private final MessageReceiver receiver;
    private final EnvelopeCommands envelope;

    private boolean commandReceived;

    /// Whether the last command was a rejected DATA. A client that ignores replies sends its content anyway,
    /// and the content must not be executed as commands.
    private boolean dataRejected;

    /// Whether the last command line ended with a bare LF.
    private boolean bareLineFeed;

    private boolean bareLineFeedCounted;

    Session(
            Client client,
            SessionSettings settings,
            Users users,
            Intake queue,
            Journal journal,
            RejectLog rejectLog,
            InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.state = new ClientState(client);
        this.errors = new SessionErrors(client, state, rejectLog);
        this.auth = new AuthExchange(client, settings.authWithoutTls(), users, state, errors);
        this.receiver = new MessageReceiver(client, settings, queue, journal, clock, state, errors);
        this.envelope = new EnvelopeCommands(client, settings, queue, state, errors, receiver);
    }

    /// @return receiver of the content after [SessionAction.ReadContent]
    public MessageReceiver receiver() {
        return receiver;
    }

    /// @param line a command line, without its line end
    /// @return the addresses of MAIL or RCPT, as a session reads them; empty for the null sender, other
    ///     commands and invalid addresses
    public static List<EmailAddress> addresses(String line) {
        Command command = CommandParser.parse(line + "\r");
        if (command instanceof Command.Rcpt rcpt) {
            return rcpt.recipients();
        }
        return command instanceof Command.Mail mail && mail.sender() != null ? List.of(mail.sender()) : List.of();
    }

    // RFC 5321 §4.3.1
    public Reply greeting() {
        return Reply.plain(220, settings.hostname() + " ESMTP o365-relay");
    }

    /// @param line line without its line feed; ends with CR unless the client sent a bare LF
    public SessionAction line(String line) {
        if (auth.isRunning()) {
            return auth.response(line);
        }
        bareLineFeed = !line.endsWith("\r");
        return !bareLineFeed || acceptsBareLineFeed()
                ? handle(CommandParser.parse(line))
                // A pipelining client may already have sent content that looks like commands.
                : errors.rejectAndClose(RejectReplies.notTolerated(
                        Deviation.BARE_LINE_FEED, 500, "5.5.2", "Bare LF received, lines must end with CRLF"));
    }

    SessionAction handle(Command command) {
        commandReceived = true;
        auth.recordCommand(command); // even if it is rejected, because a device may send its password next
        if (dataRejected && !isRecognized(command)) {
            return errors.rejectAndClose(
                    Reply.of(421, "4.7.0", "Non-SMTP command after rejected DATA, closing connection"));
        }
        boolean advancesMessage = command instanceof Command.Rcpt || command instanceof Command.Bdat;
        SessionAction action = (advancesMessage ? Optional.<SessionAction>empty() : errors.countIdleCommand())
                .orElseGet(() -> execute(command));
        dataRejected = isData(command) && !(action instanceof SessionAction.ReadContent);
        return action;
    }

    private static boolean isData(Command command) {
        return command instanceof Command.Data
                || (command instanceof Command.UnexpectedArgument withArgument
                        && withArgument.command() instanceof Command.Data);
    }

    /// @return whether the line begins with the verb of a command that SMTP or its extensions define
    public static boolean isCommand(String line) {
        return !line.isBlank() && !(CommandParser.parse(line) instanceof Command.Unknown);
    }

    private static boolean isRecognized(Command command) {
        return !(command instanceof Command.Unknown
                || command instanceof Command.Malformed
                || command instanceof Command.MalformedAuth
                || command instanceof Command.MalformedBdat);
    }

    /// Rejects a line that is too long. The connection skips the rest of the line.
    public SessionAction lineTooLong() {
        auth.lineTooLong();
        return error(
                Deviation.INVALID_COMMAND,
                Reply.of(500, "5.5.2", "Command line too long (relay.limits.command-line-length)"));
    }

    /// Resets the session after a TLS handshake, because commands sent in plain text are not trusted
    /// (RFC 3207 §4.2).
    public void tlsStarted() {
        receiver.abort();
        state.tlsStarted();
        auth.reset();
    }

    /// Records that the client disconnected.
    ///
    /// @param deviation [Deviation#DISCONNECT_IN_MESSAGE] or [Deviation#NO_QUIT]
    public void disconnected(Deviation deviation) {
        if (receiver.isChunked()) {
            client.deviated(Deviation.DISCONNECT_IN_MESSAGE);
        } else if (commandReceived) {
            client.deviated(deviation); // port scans and health checks, which send no command, do not count
        }
        receiver.abort();
    }

    /// Cancels a pending password check after the client disconnected.
    public void cancelPending() {
        auth.cancelCheck();
    }

    /// Ends an idle session. The timeout is counted and logged only if a transaction is open.
    ///
    /// @return the final reply
    public Reply idleTimeout() {
        Reply reply = Reply.of(421, "4.4.2", "Idle timeout, closing connection (relay.limits.idle-timeout)");
        return receiver.transaction() != null ? timedOut(reply) : reply;
    }

    /// Ends the session because a command line took too long.
    ///
    /// @return the final reply
    public Reply commandTimeout() {
        return timedOut(Reply.of(421, "4.4.2", "Command timeout, closing connection (relay.limits.command-timeout)"));
    }

    /// Ends the session because content arrived too slowly.
    ///
    /// @return the final reply
    public Reply contentTimeout() {
        return timedOut(Reply.of(
                421,
                "4.4.2",
                "Data timeout, less than " + settings.limits().minimumDataRate()
                        + " octets per second (relay.limits.minimum-data-rate)"));
    }

    private Reply timedOut(Reply reply) {
        client.deviated(Deviation.TIMEOUT);
        errors.rejected(receiver.sender(), null, reply);
        receiver.abort();
        return reply;
    }

    /// Ends the session. Idempotent.
    public void end() {
        receiver.abort();
    }

    private SessionAction execute(Command command) {
        boolean needsTls = client.tls() == ListenerTls.REQUIRED && !state.isSecure() && !isAllowedBeforeTls(command);
        return needsTls ? rejectBeforeTls(command) : executeNow(command);
    }

    // RFC 3207 §4
    private SessionAction rejectBeforeTls(Command command) {
        Reply reply = Reply.of(530, "5.7.0", "Must issue a STARTTLS command first (relay.listeners: tls)");
        return command instanceof Command.Bdat bdat ? receiver.rejectChunk(bdat, reply) : errors.error(reply);
    }

    private SessionAction executeNow(Command command) {
        return switch (command) {
            case Command.Helo(String name) -> helo(name, false, Reply.plain(250, settings.hostname()));
            case Command.Ehlo(String name) -> helo(name, true, extensions().ehlo(settings.hostname()));
            case Command.Mail mail -> envelope.mail(mail);
            case Command.Rcpt rcpt -> envelope.rcpt(rcpt);
            case Command.Data _ -> receiver.data(bareLineFeed);
            case Command.Bdat bdat -> receiver.bdat(bdat, bareLineFeed);
            case Command.Rset _ -> {
                receiver.abort();
                yield new Send(OK);
            }
            case Command.Noop _ -> new Send(OK);
            // RFC 5321 §3.5.3
            case Command.Vrfy _ ->
                new Send(Reply.of(252, "2.1.5", "Cannot VRFY user, but will accept message and attempt delivery"));
            // RFC 5321 §3.5.2
            case Command.Expn _ -> errors.error(Reply.of(502, "5.5.1", "EXPN not supported"));
            case Command.Help _ -> new Send(extensions().help());
            case Command.StartTls _ -> startTls();
            case Command.Auth login -> auth(login);
            case Command.Quit _ ->
                new SendAndClose(Reply.of(221, "2.0.0", settings.hostname() + " closing connection"));
            case Command.UnexpectedArgument(String verb, Command inner) -> unexpectedArgument(verb, inner);
            case Command.Unknown unknown -> error(Deviation.INVALID_COMMAND, unknown(unknown));
            case Command.Malformed(Reply reply) -> error(Deviation.INVALID_COMMAND, reply);
            case Command.MalformedAuth _ ->
                error(Deviation.INVALID_COMMAND, Reply.of(501, "5.5.4", "Syntax: AUTH LOGIN or AUTH PLAIN"));
            case Command.MalformedBdat _ -> {
                client.deviated(Deviation.INVALID_COMMAND);
                yield errors.rejectAndClose(Reply.of(501, "5.5.4", "Syntax: BDAT size [LAST]"));
            }
        };
    }

    /// @return whether the command is allowed before STARTTLS where TLS is required
    private static boolean isAllowedBeforeTls(Command command) {
        return switch (command) {
            case Command.Helo _, Command.Ehlo _, Command.StartTls _ -> true;
            case Command.Noop _, Command.Rset _, Command.Help _, Command.Quit _ -> true;
            case Command.UnexpectedArgument withArgument -> isAllowedBeforeTls(withArgument.command());
            // these are rejected later, each with a specific reply
            case Command.Unknown _, Command.Malformed _, Command.MalformedAuth _, Command.MalformedBdat _ -> true;
            case Command.Mail _, Command.Rcpt _, Command.Data _, Command.Bdat _ -> false;
            case Command.Vrfy _, Command.Expn _, Command.Auth _ -> false;
        };
    }

    // RFC 5321 §4.1.1.1: EHLO and HELO also end a transaction
    private SessionAction helo(String name, boolean isEhlo, Reply reply) {
        Optional<Reply> rejection = state.greet(name, isEhlo);
        if (rejection.isPresent()) {
            return errors.error(rejection.get()); // RFC 5321 §4.1.4: a rejected EHLO does not end a transaction
        }
        receiver.abort();
        return new Send(reply);
    }

    private Extensions extensions() {
        return new Extensions(
                SizeLimit.of(client.policy(), settings.routes()).octets(), isTlsOffered(), auth.isOffered());
    }

    private boolean isTlsOffered() {
        return !state.isSecure() && client.tls() != ListenerTls.OFF;
    }

    private SessionAction startTls() {
        if (state.isSecure()) {
            return errors.error(Reply.of(503, "5.5.1", "TLS already active"));
        }
        if (!isTlsOffered()) {
            return errors.error(
                    Reply.of(502, "5.5.1", "STARTTLS not available (relay.tls.certificate, relay.listeners: tls)"));
        }
        receiver.abort();
        commandReceived = false; // a failed handshake does not count as a missing QUIT
        return new SessionAction.StartTls(Reply.of(220, "2.0.0", "Go ahead"));
    }

    private SessionAction auth(Command.Auth login) {
        return receiver.transaction() != null
                ? errors.error(Reply.of(503, "5.5.1", "AUTH not allowed during a mail transaction"))
                : auth.begin(login);
    }

    private SessionAction unexpectedArgument(String verb, Command inner) {
        return client.tolerates(Deviation.UNEXPECTED_ARGUMENT)
                ? execute(inner)
                : errors.error(RejectReplies.notTolerated(
                        Deviation.UNEXPECTED_ARGUMENT, 501, "5.5.4", verb + " takes no parameters"));
    }

    /// Does not echo unknown commands after AUTH: they may be user names or passwords.
    private Reply unknown(Command.Unknown unknown) {
        boolean mayEcho = !auth.wasAttempted() && unknown.looksLikeVerb();
        return Reply.of(500, "5.5.1", mayEcho ? "Command not recognized: " + unknown.verb() : "Command not recognized");
    }

    private SessionAction error(Deviation deviation, Reply reply) {
        client.deviated(deviation);
        return errors.error(reply);
    }

    private boolean acceptsBareLineFeed() {
        if (!bareLineFeedCounted) {
            bareLineFeedCounted = true;
            client.deviated(Deviation.BARE_LINE_FEED); // counted once per session
        }
        return client.accepts(Deviation.BARE_LINE_FEED);
    }
}
