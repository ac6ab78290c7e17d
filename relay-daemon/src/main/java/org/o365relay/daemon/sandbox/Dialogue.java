package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLSocket;

/// One connection, from the greeting to its end.
final class Dialogue {

    private static final Duration IDLE = Duration.ofMinutes(5);

    private final SandboxState office;
    private final SmtpService door;
    private final ExchangeReplies replies;
    private final Socket socket;
    private final SandboxSession session;
    private final SandboxConnection wire;
    private final FaultInjector script;
    private final Transport transport;

    /// @param transport is told of the encrypted socket, to close it when the sandbox stops
    Dialogue(SandboxState office, SmtpService door, Socket socket, SandboxSession session, Transport transport)
            throws IOException {
        this.office = office;
        this.door = door;
        this.replies = door.replies();
        this.socket = socket;
        this.session = session;
        this.transport = transport;
        this.wire = new SandboxConnection(socket);
        this.script = new FaultInjector(office, door, wire);
    }

    /// Whoever owns the connection.
    @FunctionalInterface
    interface Transport {
        void replace(SSLSocket encrypted) throws IOException;
    }

    /// Returns when the client has said QUIT.
    ///
    /// @throws IOException if the connection has ended otherwise
    void run() throws IOException {
        try (SandboxTransaction transaction = new SandboxTransaction(office, door, session, wire, script)) {
            if (script.passes(FaultPoint.CONNECT, "")) {
                wire.send(replies.greeting());
                converse(transaction);
            }
            wire.flush();
        } catch (SocketTimeoutException silence) {
            sayGoodbye();
        } finally {
            leaveMailbox();
        }
    }

    private void leaveMailbox() {
        SandboxMailbox account = session.account();
        if (account != null) {
            office.mailboxes().of(account).leave(session);
        }
    }

    private void sayGoodbye() throws IOException {
        Duration total = Duration.between(session.begin(), office.clock().instant());
        String words = left().isPositive()
                ? ""
                : " Total session duration: %02d:%02d:%02d.%02d"
                        .formatted(
                                total.toHours(),
                                total.toMinutesPart(),
                                total.toSecondsPart(),
                                total.toMillisPart() / 10);
        wire.send(replies.error("421 4.4.1 Connection timed out." + words));
        wire.flush();
    }

    /// @return how much of the session's time is left
    private Duration left() {
        Duration most = office.settings().scaled(office.settings().limits().session());
        return most.minus(Duration.between(session.begin(), office.clock().instant()));
    }

    private String nextLine() throws IOException, SandboxConnection.LineTooLong {
        Duration left = left();
        if (!left.isPositive()) {
            throw new SocketTimeoutException("the session has lasted long enough");
        }
        Duration patience = left.compareTo(IDLE) < 0 ? left : IDLE;
        socket.setSoTimeout(Math.toIntExact(patience.toMillis() + 1)); // not before the time is over
        return wire.readLine();
    }

    private void converse(SandboxTransaction transaction) throws IOException {
        boolean open = true;
        while (open) {
            try {
                String line = nextLine();
                String[] words = line.strip().split("\\s+", 2);
                open = answer(words[0].toUpperCase(Locale.ROOT), words.length > 1 ? words[1] : "", transaction);
            } catch (SandboxConnection.LineTooLong e) {
                refuse("500 5.5.2 Command too long");
            }
        }
    }

    /// @return whether the dialogue goes on
    private boolean answer(String verb, String argument, SandboxTransaction transaction)
            throws IOException, SandboxConnection.LineTooLong {
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
                wire.send("250 2.0.0 Resetting");
            }
            case "NOOP" -> wire.send("250 2.0.0 OK");
            case "VRFY" -> wire.send("252 2.1.5 Cannot VRFY user");
            case "HELP" ->
                wire.send("214-This server supports the following commands:\r\n"
                        + "214 HELO EHLO STARTTLS RCPT DATA RSET MAIL QUIT HELP AUTH BDAT");
            case "QUIT" -> {
                return quit();
            }
            default -> refuse("500 5.3.3 Unrecognized command '" + verb.toLowerCase(Locale.ROOT) + "'");
        }
        return true;
    }

    private void hello(String verb, String name, SandboxTransaction transaction) throws IOException {
        if (!script.passes(FaultPoint.EHLO, name)) {
            return;
        }
        transaction.reset();
        session.greeted(name.isEmpty() ? "?" : name);
        wire.send(
                verb.equals("HELO")
                        ? replies.hello(session.client().getAddress())
                        : replies.capabilities(
                                session.client().getAddress(),
                                door.security(session),
                                office.settings().exchange().withheld()));
    }

    private void startTls(SandboxTransaction transaction) throws IOException {
        if (session.tls() != null) {
            refuse("503 5.5.2 Only one STARTTLS command allowed per session");
        } else if (script.passes(FaultPoint.STARTTLS, "STARTTLS")) {
            wire.send("220 2.0.0 SMTP server ready");
            wire.flush();
            if (script.passes(FaultPoint.HANDSHAKE, "")) {
                transaction.reset();
                shakeHands();
            }
        }
    }

    private void shakeHands() throws IOException {
        SSLSocket encrypted = (SSLSocket) door.tls()
                .getSocketFactory()
                .createSocket(socket, session.client().getAddress().getHostAddress(), socket.getPort(), true);
        encrypted.setUseClientMode(false);
        encrypted.setWantClientAuth(door.road() == Ingress.MX);
        encrypted.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        encrypted.startHandshake();
        transport.replace(encrypted);
        wire.switchTo(encrypted);
        session.secured(encrypted.getSession());
        office.handshakes().increment();
    }

    private void authenticate(String argument) throws IOException, SandboxConnection.LineTooLong {
        Authentication authentication = new Authentication(office, door.replies(), wire, script);
        if (session.tls() == null || door.road() == Ingress.MX) {
            authentication.refuseMechanism();
        } else if (session.helo().isEmpty()) {
            sayHelloFirst();
        } else if (session.account() != null) {
            refuse("503 5.5.2 Already authenticated");
        } else {
            authentication.perform(argument).ifPresent(account -> {
                session.signedIn(account, authentication.mechanism());
                office.mailboxes().of(account).enter(session);
            });
        }
    }

    private void mail(String argument, SandboxTransaction transaction) throws IOException {
        if (session.helo().isEmpty()) {
            sayHelloFirst();
        } else {
            transaction.mail(argument);
        }
    }

    private void sayHelloFirst() {
        refuse("503 5.5.2 Send hello first");
    }

    private boolean quit() throws IOException {
        if (script.passes(FaultPoint.QUIT, "QUIT")) {
            wire.send("221 2.0.0 Service closing transmission channel");
        }
        return false;
    }

    private void refuse(String reply) {
        wire.send(replies.error(reply));
    }
}
