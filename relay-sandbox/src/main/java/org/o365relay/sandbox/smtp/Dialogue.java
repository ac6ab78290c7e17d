package org.o365relay.sandbox.smtp;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import org.o365relay.sandbox.fault.FaultPoint;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.tenant.SandboxState;

/// Runs one SMTP connection from the greeting to QUIT.
final class Dialogue {

    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);

    private final SandboxState state;
    private final SmtpService service;
    private final ExchangeReplies replies;
    private final Socket socket;
    private final SandboxSession session;
    private final SandboxConnection connection;
    private final FaultInjector faults;
    private final SocketOwner socketOwner;

    /// @param socketOwner receives the TLS socket after STARTTLS, and closes it when the connection ends
    Dialogue(SandboxState state, SmtpService service, Socket socket, SandboxSession session, SocketOwner socketOwner)
            throws IOException {
        this.state = state;
        this.service = service;
        this.replies = service.replies();
        this.socket = socket;
        this.session = session;
        this.socketOwner = socketOwner;
        this.connection = new SandboxConnection(socket);
        this.faults = new FaultInjector(state, service, connection);
    }

    /// The owner of the connection's socket.
    @FunctionalInterface
    interface SocketOwner {
        void replaceSocket(SSLSocket encrypted) throws IOException;
    }

    /// Runs the connection. Returns after QUIT, after a timeout, or if a fault refuses the connection with a
    /// reply other than 421.
    ///
    /// @throws IOException if the connection ends in another way
    void run() throws IOException {
        try (SandboxTransaction transaction = new SandboxTransaction(state, service, session, connection, faults)) {
            if (!faults.intercept(FaultPoint.CONNECT, "")) {
                connection.send(replies.greeting());
                runCommands(transaction);
            }
            connection.flush();
        } catch (SocketTimeoutException timeout) {
            sendTimeout();
        } finally {
            releaseMailbox();
        }
    }

    private void releaseMailbox() {
        SandboxMailbox mailbox = session.mailbox();
        if (mailbox != null) {
            state.usages().of(mailbox).removeSession(session);
        }
    }

    private void sendTimeout() throws IOException {
        Duration total = Duration.between(session.startedAt(), state.clock().instant());
        String duration = timeLeft().isPositive()
                ? ""
                : " Total session duration: %02d:%02d:%02d.%02d"
                        .formatted(
                                total.toHours(),
                                total.toMinutesPart(),
                                total.toSecondsPart(),
                                total.toMillisPart() / 10);
        connection.send(replies.error("421 4.4.1 Connection timed out." + duration));
        connection.flush();
    }

    /// @return the remaining session time; zero or negative once it has expired
    private Duration timeLeft() {
        Duration maximum = state.settings().scaled(state.settings().limits().sessionTime());
        return maximum.minus(Duration.between(session.startedAt(), state.clock().instant()));
    }

    private String nextLine() throws IOException, SandboxConnection.LineTooLongException {
        Duration left = timeLeft();
        if (!left.isPositive()) {
            throw new SocketTimeoutException("session time exceeded");
        }
        Duration timeout = left.compareTo(IDLE_TIMEOUT) < 0 ? left : IDLE_TIMEOUT;
        socket.setSoTimeout(Math.toIntExact(timeout.toMillis() + 1)); // rounded up: the session never ends early
        return connection.readLine();
    }

    private void runCommands(SandboxTransaction transaction) throws IOException {
        boolean open = true;
        while (open) {
            try {
                String line = nextLine();
                String[] words = line.strip().split("\\s+", 2);
                open = execute(words[0].toUpperCase(Locale.ROOT), words.length > 1 ? words[1] : "", transaction);
            } catch (SandboxConnection.LineTooLongException e) {
                refuse("500 5.5.2 Command too long");
            }
        }
    }

    /// @return false after QUIT
    private boolean execute(String verb, String argument, SandboxTransaction transaction)
            throws IOException, SandboxConnection.LineTooLongException {
        switch (verb) {
            case "EHLO", "HELO" -> hello(verb, argument, transaction);
            case "STARTTLS" -> startTls(transaction);
            case "AUTH" -> authenticate(argument);
            case "MAIL" -> mail(argument, transaction);
            case "RCPT" -> transaction.recipient(argument);
            case "DATA" -> transaction.data();
            case "BDAT" -> transaction.chunk(argument);
            case "RSET" -> {
                transaction.reset();
                connection.send("250 2.0.0 Resetting");
            }
            case "NOOP" -> connection.send("250 2.0.0 OK");
            case "VRFY" -> connection.send("252 2.1.5 Cannot VRFY user");
            case "HELP" ->
                connection.send("214-This server supports the following commands:\r\n"
                        + "214 HELO EHLO STARTTLS RCPT DATA RSET MAIL QUIT HELP AUTH BDAT");
            case "QUIT" -> {
                return quit();
            }
            default -> refuse("500 5.3.3 Unrecognized command '" + verb.toLowerCase(Locale.ROOT) + "'");
        }
        return true;
    }

    private void hello(String verb, String name, SandboxTransaction transaction) throws IOException {
        if (faults.intercept(FaultPoint.EHLO, name)) {
            return;
        }
        transaction.reset();
        session.greeted(name.isEmpty() ? "?" : name);
        connection.send(
                verb.equals("HELO")
                        ? replies.hello(session.client().getAddress())
                        : replies.capabilities(
                                session.client().getAddress(),
                                service.securityExtension(session),
                                state.settings().submission().disabledExtensions()));
    }

    private void startTls(SandboxTransaction transaction) throws IOException {
        if (session.tls() != null) {
            refuse("503 5.5.2 Only one STARTTLS command allowed per session");
        } else if (!faults.intercept(FaultPoint.STARTTLS, "STARTTLS")) {
            connection.send("220 2.0.0 SMTP server ready");
            connection.flush();
            if (!faults.intercept(FaultPoint.HANDSHAKE, "")) {
                transaction.reset();
                upgradeToTls();
            }
        }
    }

    private void upgradeToTls() throws IOException {
        SSLSocket encrypted = (SSLSocket) service.tls()
                .getSocketFactory()
                .createSocket(socket, session.client().getAddress().getHostAddress(), socket.getPort(), true);
        encrypted.setUseClientMode(false);
        encrypted.setWantClientAuth(service.ingress() == Ingress.MX);
        encrypted.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        encrypted.startHandshake();
        socketOwner.replaceSocket(encrypted);
        connection.switchTo(encrypted);
        session.upgradedToTls(encrypted.getSession());
    }

    private void authenticate(String argument) throws IOException, SandboxConnection.LineTooLongException {
        Authentication authentication = new Authentication(state, service.replies(), connection, faults);
        if (session.tls() == null || service.ingress() == Ingress.MX) {
            authentication.refuseMechanism();
        } else if (session.helo().isEmpty()) {
            refuseWithoutHello();
        } else if (session.mailbox() != null) {
            refuse("503 5.5.2 Already authenticated");
        } else {
            authentication.perform(argument).ifPresent(mailbox -> {
                session.authenticated(mailbox, authentication.mechanism());
                state.usages().of(mailbox).addSession(session);
            });
        }
    }

    private void mail(String argument, SandboxTransaction transaction) throws IOException {
        if (session.helo().isEmpty()) {
            refuseWithoutHello();
        } else {
            transaction.mail(argument);
        }
    }

    private void refuseWithoutHello() {
        refuse("503 5.5.2 Send hello first");
    }

    private boolean quit() throws IOException {
        if (!faults.intercept(FaultPoint.QUIT, "QUIT")) {
            connection.send("221 2.0.0 Service closing transmission channel");
        }
        return false;
    }

    private void refuse(String reply) {
        connection.send(replies.error(reply));
    }
}
