package org.o365relay.deliver.smtp;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A scripted submission server: at each step, gives the next scripted answer or, if none is left, the usual
/// one. Records everything.
final class FakeSubmissionServer implements AutoCloseable {

    /// What to do at a step.
    sealed interface Answer {
        /// Sends a reply; `\n` separates its lines.
        record Say(String text) implements Answer {}

        /// Sends a reply and closes the connection.
        record SayAndClose(String text) implements Answer {}

        /// Sends octets as they are.
        record Raw(String octets) implements Answer {}

        /// Sends octets as they are and closes the connection.
        record RawAndClose(String octets) implements Answer {}

        /// Sends the usual reply, together with these octets.
        record UsualAnd(String octets) implements Answer {}

        /// Sends the usual reply, and these octets after a delay.
        record UsualAndLater(String octets, long millis) implements Answer {}

        /// Sends a reply after a delay.
        record SayLater(String text, long millis) implements Answer {}

        /// Sends a reply and resets the connection.
        record SayAndReset(String text) implements Answer {}

        /// Sends a reply, sends octets that are not TLS, and closes the connection.
        record SayAndBreakTls(String text) implements Answer {}

        /// Closes the connection without a reply.
        record Drop() implements Answer {}

        /// Keeps the connection open and sends nothing.
        record Hang() implements Answer {}

        /// Sends one octet after another, endlessly.
        record Drip() implements Answer {}
    }

    /// What to do after a reply in the middle of the content.
    enum Then {
        READ_ON,
        /// Sends nothing more, but reads.
        END_OUTPUT,
        /// Closes with content unread.
        CLOSE,
        RESET,
        /// Stops reading first, and replies later.
        STALL
    }

    /// How replies are divided into packets.
    enum Packets {
        ONE_PER_REPLY,
        /// Sends the replies to all commands that have arrived in one packet.
        ONE_FOR_ALL,
        ONE_PER_OCTET
    }

    private record EarlyReply(long after, String octets, Then then) {}

    final List<String> commands = Collections.synchronizedList(new ArrayList<>());
    /// The verbs of the commands that arrived together with the next one, and END for the final dot.
    final List<String> pipelined = Collections.synchronizedList(new ArrayList<>());
    final List<byte[]> contents = Collections.synchronizedList(new ArrayList<>());
    final List<String> clients = Collections.synchronizedList(new ArrayList<>());
    final List<String> certificates = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger handshakes = new AtomicInteger();
    final AtomicLong octetsOfContent = new AtomicLong();
    final Semaphore kibibytesOfContent = new Semaphore(0);
    final Semaphore repliedEarly = new Semaphore(0);
    final CountDownLatch brokenOffInContent = new CountDownLatch(1);

    private final ServerSocket listener;
    private final SSLContext tls;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<String, Queue<Answer>> script = new HashMap<>();
    private List<String> keywords = List.of("SIZE 157286400", "8BITMIME", "STARTTLS", "AUTH LOGIN XOAUTH2", "SMTPUTF8");
    private volatile boolean implicitTls;
    private volatile boolean discarding;
    private volatile boolean deaf;
    private volatile Packets packets = Packets.ONE_PER_REPLY;
    private volatile long delay;
    private volatile boolean wantingCertificates;
    private volatile @Nullable EarlyReply earlyReply;
    private volatile @Nullable Session session;
    private final Map<String, CountDownLatch> latches = new ConcurrentHashMap<>();

    FakeSubmissionServer(SSLContext tls) throws IOException {
        this(tls, InetAddress.getLoopbackAddress(), 0);
    }

    FakeSubmissionServer(SSLContext tls, InetAddress address, int port) throws IOException {
        this.tls = tls;
        this.listener = new ServerSocket(port, 100, address);
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /// STARTTLS is offered before TLS only, AUTH after TLS only (unless there is no STARTTLS).
    FakeSubmissionServer offers(String... keywordLines) {
        keywords = List.of(keywordLines);
        return this;
    }

    FakeSubmissionServer speakingTlsFromTheStart() {
        implicitTls = true;
        return this;
    }

    FakeSubmissionServer wantingCertificates() {
        wantingCertificates = true;
        return this;
    }

    FakeSubmissionServer discardingContent() {
        discarding = true;
        return this;
    }

    /// @param step GREETING, TLS (the handshake), a verb, PASSWORD, TOKEN, REFUSAL (after a challenge to a
    ///     token), or END (of the content)
    FakeSubmissionServer at(String step, Answer answer) {
        synchronized (script) {
            script.computeIfAbsent(step, _ -> new ArrayDeque<>()).add(answer);
        }
        return this;
    }

    FakeSubmissionServer at(String step, String reply) {
        return at(step, new Answer.Say(reply));
    }

    /// Gives only the usual answers from now on.
    void forgetScript() {
        synchronized (script) {
            script.clear();
        }
    }

    /// @return the commands that begin with this word
    List<String> commands(String verb) {
        return List.copyOf(commands).stream()
                .filter(command -> command.startsWith(verb))
                .toList();
    }

    /// @return a latch that opens when a client sends a command with this verb
    CountDownLatch latchOn(String verb) {
        return latches.computeIfAbsent(verb, _ -> new CountDownLatch(1));
    }

    FakeSubmissionServer readingNoContent() {
        deaf = true;
        return this;
    }

    FakeSubmissionServer with(Packets division) {
        packets = division;
        return this;
    }

    /// Answers every command after this time, in milliseconds.
    FakeSubmissionServer distant(long millis) {
        delay = millis;
        return this;
    }

    /// Sends octets once it has read this much of the content of a message or of a chunk.
    FakeSubmissionServer inContent(long after, String octets, Then then) {
        earlyReply = new EarlyReply(after, octets, then);
        return this;
    }

    /// Sends octets in the session that was opened last.
    void sendInSession(String octets) throws IOException {
        Objects.requireNonNull(session).send(octets);
    }

    /// Closes all connections, as a server does if they are idle for too long.
    void closeConnections() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
        closeConnections();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                connections.incrementAndGet();
                clients.add(socket.getInetAddress().getHostAddress());
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                return; // the test is over
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            Session session = new Session(socket);
            this.session = session;
            if (implicitTls) {
                session.startTls();
            }
            session.converse();
        } catch (IOException | InterruptedException _) {
            open.remove(socket); // dropped, by us or by the client
        }
    }

    private @Nullable Answer next(String step) {
        synchronized (script) {
            Queue<Answer> answers = script.get(step);
            return answers == null ? null : answers.poll();
        }
    }

    private final class Session {

        private final Socket plain;
        private InputStream in;
        private OutputStream out;
        private boolean secure;
        private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
        private final ByteArrayOutputStream chunks = new ByteArrayOutputStream();

        Session(Socket plain) throws IOException {
            this.plain = plain;
            this.in = new BufferedInputStream(plain.getInputStream());
            this.out = plain.getOutputStream();
        }

        void startTls() throws IOException, InterruptedException {
            Answer scripted = next("TLS");
            if (scripted != null) {
                act(scripted);
            }
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
            socket.setUseClientMode(false);
            socket.setWantClientAuth(wantingCertificates);
            socket.startHandshake();
            noteCertificate(socket);
            handshakes.incrementAndGet();
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
            secure = true;
        }

        private void noteCertificate(SSLSocket socket) {
            try {
                certificates.add(socket.getSession().getPeerPrincipal().getName());
            } catch (SSLPeerUnverifiedException _) {
                certificates.add("none");
            }
        }

        void converse() throws IOException, InterruptedException {
            answer("GREETING", "220 fake.example ESMTP ready");
            String line = line();
            while (line != null) {
                commands.add(line);
                String verb = line.split(" ", 2)[0];
                latchOn(verb).countDown();
                notePipelined(verb);
                switch (verb) {
                    case "EHLO" -> answer("EHLO", capabilities());
                    case "STARTTLS" -> {
                        if (answer("STARTTLS", "220 2.0.0 SMTP server ready")) {
                            startTls();
                        }
                    }
                    case "AUTH" -> signIn(line);
                    case "MAIL" -> answer("MAIL", "250 2.1.0 Sender OK");
                    case "RCPT" -> answer("RCPT", "250 2.1.5 Recipient OK");
                    case "DATA" -> {
                        if (answer("DATA", "354 Start mail input; end with <CRLF>.<CRLF>")) {
                            content();
                            notePipelined("END");
                            answer("END", "250 2.0.0 OK <1@fake.example> [Hostname=FAKE.prod.outlook.com]");
                        }
                    }
                    case "BDAT" -> chunk(line);
                    case "QUIT" -> {
                        print("221 2.0.0 Bye");
                        throw new IOException("done");
                    }
                    default -> answer(verb, "250 2.0.0 OK");
                }
                line = line();
            }
        }

        private void notePipelined(String step) throws IOException {
            if (in.available() > 0) {
                pipelined.add(step);
            }
        }

        private void signIn(String command) throws IOException, InterruptedException {
            if (command.startsWith("AUTH PLAIN")) {
                answer("AUTH", "235 2.7.0 Authentication successful");
            } else if (command.startsWith("AUTH XOAUTH2")) {
                signInWithToken();
            } else if (answer("AUTH", "334 VXNlcm5hbWU6")) {
                commands.add("username " + line());
                pause(delay);
                print("334 UGFzc3dvcmQ6");
                commands.add("password " + line());
                answer("PASSWORD", "235 2.7.0 Authentication successful");
            }
        }

        /// In two steps: the token comes on a line of its own.
        private void signInWithToken() throws IOException, InterruptedException {
            if (answer("AUTH", "334 \n")) {
                commands.add("token " + line());
                Answer scripted = next("TOKEN");
                act(scripted == null ? new Answer.Say("235 2.7.0 Authentication successful") : scripted);
                if (scripted instanceof Answer.Say(String text) && text.startsWith("334")) {
                    commands.add("after the challenge '" + line() + "'");
                    answer("REFUSAL", "535 5.7.3 Authentication unsuccessful");
                }
            }
        }

        private String capabilities() {
            List<String> lines = keywords.stream()
                    .filter(keyword -> !(secure && keyword.equals("STARTTLS")))
                    .filter(keyword -> secure || !keyword.startsWith("AUTH") || !keywords.contains("STARTTLS"))
                    .toList();
            return "250 fake.example Hello" + (lines.isEmpty() ? "" : "\n" + String.join("\n", lines));
        }

        /// @return whether the usual reply was sent
        private boolean answer(String step, String usual) throws IOException, InterruptedException {
            Answer scripted = next(step);
            pause(delay);
            if (scripted instanceof Answer.UsualAnd(String octets)) {
                send(reply(usual) + octets);
                return true;
            }
            if (scripted instanceof Answer.UsualAndLater(String octets, long millis)) {
                send(reply(usual));
                Thread.startVirtualThread(() -> sendLater(octets, millis));
                return true;
            }
            act(scripted == null ? new Answer.Say(usual) : scripted);
            return scripted == null;
        }

        private void act(Answer answer) throws IOException, InterruptedException {
            switch (answer) {
                case Answer.Say(String text) -> print(text);
                case Answer.SayAndClose(String text) -> {
                    print(text);
                    throw new IOException("told to close");
                }
                case Answer.Raw(String octets) -> send(octets);
                case Answer.RawAndClose(String octets) -> {
                    send(octets);
                    throw new IOException("told to close");
                }
                case Answer.SayLater(String text, long millis) -> {
                    pause(millis);
                    print(text);
                }
                case Answer.SayAndReset(String text) -> {
                    print(text);
                    reset();
                }
                case Answer.SayAndBreakTls(String text) -> {
                    print(text);
                    plain.getOutputStream().write("no TLS\r\n".getBytes(StandardCharsets.UTF_8));
                    throw new IOException("told to close");
                }
                case Answer.UsualAnd _, Answer.UsualAndLater _ ->
                    throw new IllegalArgumentException("nothing is usual here");
                case Answer.Drop() -> {
                    flush();
                    throw new IOException("told to drop");
                }
                case Answer.Hang() -> closed.await();
                case Answer.Drip() -> drip();
            }
        }

        private void drip() throws IOException, InterruptedException {
            while (!closed.await(20, TimeUnit.MILLISECONDS)) {
                out.write('2');
                out.flush();
            }
        }

        private void pause(long millis) throws InterruptedException {
            closed.await(millis, TimeUnit.MILLISECONDS);
        }

        private void sendLater(String octets, long millis) {
            try {
                pause(millis);
                send(octets);
            } catch (IOException | InterruptedException _) {
                open.remove(plain); // the client has gone
            }
        }

        private void reset() throws IOException {
            plain.setSoLinger(true, 0);
            plain.close();
            throw new IOException("told to reset");
        }

        private void print(String text) throws IOException {
            boolean isReply = Character.isDigit(text.charAt(0));
            send(isReply ? reply(text) : text + "\r\n");
        }

        private void send(String octets) throws IOException {
            byte[] all = octets.getBytes(StandardCharsets.UTF_8);
            if (packets == Packets.ONE_PER_OCTET) {
                for (byte octet : all) {
                    out.write(octet);
                    out.flush();
                }
                return;
            }
            unsent.write(all);
            if (packets == Packets.ONE_PER_REPLY || in.available() == 0) {
                flush();
            }
        }

        private void flush() throws IOException {
            out.write(unsent.toByteArray());
            out.flush();
            unsent.reset();
        }

        private static String reply(String text) {
            List<String> lines = text.substring(4).lines().toList();
            StringBuilder reply = new StringBuilder();
            for (int i = 0; i < lines.size(); i++) {
                reply.append(text, 0, 3)
                        .append(i < lines.size() - 1 ? '-' : ' ')
                        .append(lines.get(i))
                        .append("\r\n");
            }
            return reply.toString();
        }

        private @Nullable String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int octet = in.read();
            while (octet >= 0 && octet != '\n') {
                line.write(octet);
                octet = in.read();
            }
            return octet < 0 ? null : line.toString(StandardCharsets.UTF_8).replaceAll("\r$", "");
        }

        /// Records the content unchanged when the last chunk has arrived.
        private void chunk(String command) throws IOException, InterruptedException {
            String[] words = command.split(" ", 3);
            int left = Integer.parseInt(words[1]);
            if (earlyReply != null) {
                chunks.write(in.readNBytes((int) earlyReply.after()));
                left -= (int) earlyReply.after();
                replyEarly();
            }
            chunks.write(in.readNBytes(left));
            if (words.length < 3) {
                answer("CHUNK", "250 2.6.0 octets received");
            } else {
                contents.add(chunks.toByteArray());
                chunks.reset();
                answer("END", "250 2.0.0 OK <1@fake.example> [Hostname=FAKE.prod.outlook.com]");
            }
        }

        private void replyEarly() throws IOException, InterruptedException {
            EarlyReply reply = Objects.requireNonNull(earlyReply);
            if (reply.then() == Then.STALL) {
                pause(300);
            }
            send(reply.octets());
            repliedEarly.release();
            switch (reply.then()) {
                case READ_ON -> {}
                case END_OUTPUT -> plain.shutdownOutput();
                case CLOSE -> throw new IOException("told to close");
                case RESET -> reset();
                case STALL -> closed.await();
            }
        }

        /// Records the content as received, with dot-stuffing, up to the line with the final dot.
        private void content() throws IOException, InterruptedException {
            if (deaf) {
                closed.await();
            }
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            int state = 2; // how much of CR LF . CR LF was seen: the content may begin with the dot
            while (state < 5) {
                int octet = in.read();
                if (octet < 0) {
                    brokenOffInContent.countDown();
                    throw new IOException("broken off");
                }
                long octets = octetsOfContent.incrementAndGet();
                if (octets % 1024 == 0) {
                    kibibytesOfContent.release();
                }
                if (earlyReply != null && octets == earlyReply.after()) {
                    replyEarly();
                }
                if (!discarding) {
                    content.write(octet);
                }
                state = octet == "\r\n.\r\n".charAt(state) ? state + 1 : octet == '\r' ? 1 : 0;
            }
            byte[] all = content.toByteArray();
            contents.add(discarding ? new byte[0] : java.util.Arrays.copyOf(all, all.length - 3));
        }
    }
}
