package org.o365relay.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// One session of the [CountingSmarthost].
final class SmarthostSession {

    private static final int BUFFER = 65_536;
    private static final String END_OF_DATA = "\r\n.\r\n";
    private static final String EHLO_PLAIN = "250-smarthost.bench.example\r\n250-8BITMIME\r\n250 STARTTLS";
    private static final String EHLO_SECURE = String.join(
            "\r\n",
            "250-smarthost.bench.example",
            "250-SIZE 157286400",
            "250-PIPELINING",
            "250-8BITMIME",
            "250-SMTPUTF8",
            "250-ENHANCEDSTATUSCODES",
            "250 AUTH LOGIN PLAIN XOAUTH2");

    private final SSLContext tls;
    private final Runnable onHandshake;
    private final Runnable onLogin;
    private final Consumer<String> onMessage;
    private final StringBuilder replies = new StringBuilder();
    private final StringBuilder line = new StringBuilder();

    /// Input buffer; a BufferedInputStream would take a lock for every octet.
    private final byte[] buffer = new byte[BUFFER];

    private int position;
    private int limit;
    private Socket socket;
    private InputStream input;
    private OutputStream output;
    private boolean secure;
    private boolean authenticated;
    private String recipient = "";

    /// @param onHandshake called after each TLS handshake
    /// @param onLogin called after each sign-in
    /// @param onMessage called with the last RCPT command of each message
    SmarthostSession(Socket socket, SSLContext tls, Runnable onHandshake, Runnable onLogin, Consumer<String> onMessage)
            throws IOException {
        this.tls = tls;
        this.onHandshake = onHandshake;
        this.onLogin = onLogin;
        this.onMessage = onMessage;
        this.socket = socket;
        this.input = socket.getInputStream();
        this.output = socket.getOutputStream();
        socket.setTcpNoDelay(true);
    }

    /// Runs the session until QUIT.
    ///
    /// @throws IOException if the connection ends without QUIT
    void run() throws IOException {
        reply("220 smarthost.bench.example ready");
        String command = line();
        while (!verb(command).equals("QUIT")) {
            handle(command);
            command = line();
        }
        reply("221 2.0.0 bye");
    }

    private void handle(String command) throws IOException {
        switch (verb(command)) {
            case "EHLO" -> reply(secure ? EHLO_SECURE : EHLO_PLAIN);
            case "STARTTLS" -> startTls();
            case "AUTH" -> authenticate(command);
            case "MAIL", "RCPT" -> {
                recipient = command;
                reply(authenticated ? "250 2.1.0 ok" : "530 5.7.57 authenticate first");
            }
            case "DATA" -> receive();
            case "RSET", "NOOP" -> reply("250 2.0.0 ok");
            default -> reply("502 5.5.1 not implemented");
        }
    }

    private void startTls() throws IOException {
        reply("220 2.0.0 go ahead");
        SSLSocket wrapped = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, true);
        wrapped.setUseClientMode(false);
        wrapped.startHandshake();
        socket = wrapped;
        input = wrapped.getInputStream();
        output = wrapped.getOutputStream();
        secure = true;
        onHandshake.run();
    }

    /// Accepts any credentials. For AUTH LOGIN, prompts for the password, and for the user name unless the
    /// command contains it.
    private void authenticate(String command) throws IOException {
        String[] words = command.split(" ", -1);
        if (words[1].equalsIgnoreCase("LOGIN")) {
            if (words.length < 3) {
                ask("334 VXNlcm5hbWU6");
            }
            ask("334 UGFzc3dvcmQ6");
        } else if (words.length < 3) {
            ask("334 ");
        }
        authenticated = true;
        onLogin.run();
        reply("235 2.7.0 welcome");
    }

    private void ask(String challenge) throws IOException {
        reply(challenge);
        line();
    }

    private void receive() throws IOException {
        if (!authenticated) {
            reply("530 5.7.57 authenticate first");
            return;
        }
        reply("354 go ahead");
        skipContent();
        onMessage.accept(recipient);
        reply("250 2.0.0 accepted");
    }

    /// Reads the content up to the line that contains only a dot (RFC 5321 §4.1.1.4).
    private void skipContent() throws IOException {
        int matched = 2;
        while (matched < END_OF_DATA.length()) {
            int octet = octet();
            if (octet == END_OF_DATA.charAt(matched)) {
                matched++;
            } else {
                matched = octet == '\r' ? 1 : 0;
            }
        }
    }

    private String line() throws IOException {
        line.setLength(0);
        for (int octet = octet(); octet != '\n'; octet = octet()) {
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    private int octet() throws IOException {
        if (position == limit) {
            limit = input.read(buffer);
            position = 0;
            if (limit < 0) {
                throw new EOFException("the client closed the connection");
            }
        }
        return buffer[position++];
    }

    /// Sends the replies to pipelined commands in one packet (RFC 2920 §3.2).
    private void reply(String text) throws IOException {
        replies.append(text).append("\r\n");
        if (position == limit) {
            output.write(replies.toString().getBytes(StandardCharsets.US_ASCII));
            output.flush();
            replies.setLength(0);
        }
    }

    private static String verb(String command) {
        int space = command.indexOf(' ');
        return (space < 0 ? command : command.substring(0, space)).toUpperCase(Locale.ROOT);
    }
}
