package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Locale;
import javax.net.ssl.SSLSocket;

/// One connection, from the greeting to its end.
final class Dialogue {

    private final Office office;
    private final Replies replies;
    private final Socket socket;
    private final Session session;
    private final Wire wire;
    private final Script script;
    private final Transport transport;

    /// @param transport is told of the encrypted socket, to close it when the sandbox stops
    Dialogue(Office office, Socket socket, Session session, Transport transport) throws IOException {
        this.office = office;
        this.replies = office.replies();
        this.socket = socket;
        this.session = session;
        this.transport = transport;
        this.wire = new Wire(socket);
        this.script = new Script(office, wire);
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
        try (Transaction transaction = new Transaction(office, session, wire, script)) {
            if (script.passes(Step.CONNECT, "")) {
                wire.send(replies.greeting());
                converse(transaction);
            }
            wire.flush();
        } catch (SocketTimeoutException silence) {
            wire.send(replies.error("421 4.4.1 Connection timed out."));
            wire.flush();
        }
    }

    private void converse(Transaction transaction) throws IOException {
        boolean open = true;
        while (open) {
            try {
                String line = wire.readLine();
                String[] words = line.strip().split("\\s+", 2);
                open = answer(words[0].toUpperCase(Locale.ROOT), words.length > 1 ? words[1] : "", transaction);
            } catch (Wire.LineTooLong e) {
                refuse("500 5.5.2 Command too long");
            }
        }
    }

    /// @return whether the dialogue goes on
    private boolean answer(String verb, String argument, Transaction transaction) throws IOException, Wire.LineTooLong {
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

    private void hello(String verb, String name, Transaction transaction) throws IOException {
        if (!script.passes(Step.EHLO, name)) {
            return;
        }
        transaction.reset();
        session.greeted(name.isEmpty() ? "?" : name);
        wire.send(
                verb.equals("HELO")
                        ? replies.hello(session.client().getAddress())
                        : replies.capabilities(
                                session.client().getAddress(),
                                session.tls() == null ? "STARTTLS" : "AUTH LOGIN XOAUTH2"));
    }

    private void startTls(Transaction transaction) throws IOException {
        if (session.tls() != null) {
            refuse("503 5.5.2 Only one STARTTLS command allowed per session");
        } else if (script.passes(Step.STARTTLS, "STARTTLS")) {
            wire.send("220 2.0.0 SMTP server ready");
            wire.flush();
            if (script.passes(Step.HANDSHAKE, "")) {
                transaction.reset();
                shakeHands();
            }
        }
    }

    private void shakeHands() throws IOException {
        SSLSocket encrypted = (SSLSocket) office.tls()
                .getSocketFactory()
                .createSocket(socket, session.client().getAddress().getHostAddress(), socket.getPort(), true);
        encrypted.setUseClientMode(false);
        encrypted.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        encrypted.startHandshake();
        transport.replace(encrypted);
        wire.switchTo(encrypted);
        session.secured(encrypted.getSession());
        office.handshakes().increment();
    }

    private void authenticate(String argument) throws IOException, Wire.LineTooLong {
        Authentication authentication = new Authentication(office, wire, script);
        if (session.tls() == null) {
            authentication.refuseWithoutTls();
        } else if (session.helo().isEmpty()) {
            sayHelloFirst();
        } else if (session.account() != null) {
            refuse("503 5.5.2 Already authenticated");
        } else {
            authentication.perform(argument).ifPresent(session::signedIn);
        }
    }

    private void mail(String argument, Transaction transaction) throws IOException {
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
        if (script.passes(Step.QUIT, "QUIT")) {
            wire.send("221 2.0.0 Service closing transmission channel");
        }
        return false;
    }

    private void refuse(String reply) {
        wire.send(replies.error(reply));
    }
}
