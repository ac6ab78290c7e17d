package org.o365relay.bench.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.o365relay.bench.server.Ports;

/// A scripted SMTP server that counts commands and records content sizes.
public final class FakeServer implements AutoCloseable {

    /// Closes the connection instead of replying.
    static final String DROP = "drop";
    /// Sends no more replies.
    static final String SILENCE = "silence";

    /// Overrides replies of the server.
    @FunctionalInterface
    public interface Behaviour {

        /// @param step `CONNECT`, a verb, or `.` for the end of the content
        /// @param count number of earlier occurrences of this step, over all connections
        /// @param standard default reply
        String reply(String step, int count, String standard);
    }

    private final ServerSocket listener;
    private final Behaviour behaviour;
    private final ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Integer> steps = new ConcurrentHashMap<>();
    private final List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    private final ThreadLocal<String> lastReply = ThreadLocal.withInitial(() -> "");
    private final AtomicInteger maxUnreadAfterMail = new AtomicInteger();

    public FakeServer(int port, Behaviour behaviour) throws IOException {
        this.listener = new ServerSocket(port, 1_024, InetAddress.getLoopbackAddress());
        this.behaviour = behaviour;
        sessions.execute(this::listen);
    }

    public static FakeServer friendly() throws IOException {
        return new FakeServer(0, (step, count, standard) -> standard);
    }

    static FakeServer that(Behaviour behaviour) throws IOException {
        return new FakeServer(0, behaviour);
    }

    public InetSocketAddress address() {
        return Ports.onLoopback(listener.getLocalPort());
    }

    int count(String step) {
        return steps.getOrDefault(step, 0);
    }

    /// The sizes of the accepted contents in octets, without the end-of-data line.
    public List<Integer> sizes() {
        return sizes;
    }

    /// The maximum number of octets received together with a MAIL command.
    int maxUnreadAfterMail() {
        return maxUnreadAfterMail.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        sessions.shutdownNow();
    }

    private void listen() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sessions.execute(() -> converse(socket));
            }
        } catch (IOException e) {
            steps.put("CLOSED", 1);
        }
    }

    private void converse(Socket socket) {
        try (socket) {
            InputStream input = new BufferedInputStream(socket.getInputStream());
            boolean open = say(socket, "CONNECT", "220 fake");
            while (open) {
                String verb = verb(line(input));
                if (verb.equals("MAIL")) {
                    maxUnreadAfterMail.accumulateAndGet(input.available(), Math::max);
                }
                open = answer(socket, input, verb);
            }
        } catch (IOException e) {
            steps.merge("LOST", 1, Integer::sum);
        }
    }

    private boolean answer(Socket socket, InputStream input, String verb) throws IOException {
        return switch (verb) {
            case "EHLO" -> say(socket, verb, "250-fake\r\n250-PIPELINING\r\n250 8BITMIME");
            case "DATA" -> say(socket, verb, "354 go on") && (!lastReplyWas("354") || content(socket, input));
            case "QUIT" -> {
                say(socket, verb, "221 bye");
                yield false;
            }
            default -> say(socket, verb, "250 ok");
        };
    }

    private boolean content(Socket socket, InputStream input) throws IOException {
        int size = 0;
        String line = line(input);
        while (!line.equals(".\r\n")) {
            size += line.length();
            line = line(input);
        }
        // Recorded before the reply, so that it is visible when the client has the reply.
        String reply = decide(".", "250 accepted");
        if (reply.startsWith("250")) {
            sizes.add(size);
        }
        return send(socket, reply);
    }

    private boolean lastReplyWas(String code) {
        return lastReply.get().startsWith(code);
    }

    private synchronized String decide(String step, String standard) {
        String reply = behaviour.reply(step, count(step), standard);
        steps.merge(step, 1, Integer::sum);
        return reply;
    }

    private boolean say(Socket socket, String step, String standard) throws IOException {
        String reply = decide(step, standard);
        lastReply.set(reply);
        return send(socket, reply);
    }

    private static boolean send(Socket socket, String reply) throws IOException {
        if (reply.equals(SILENCE)) {
            return true;
        }
        if (!reply.equals(DROP)) {
            socket.getOutputStream().write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        return !reply.equals(DROP) && !reply.startsWith("421");
    }

    private static String line(InputStream input) throws IOException {
        StringBuilder line = new StringBuilder(80);
        int octet = input.read();
        while (octet >= 0) {
            line.append((char) octet);
            if (octet == '\n') {
                return line.toString();
            }
            octet = input.read();
        }
        throw new IOException("the client closed the connection");
    }

    private static String verb(String line) {
        return line.strip().split(" ", 2)[0];
    }
}
