package org.o365relay.deliver.smtp;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A proxy that connects every name to one server on this machine, or answers as it is told. Remembers what it
/// is asked.
public final class FakeProxy implements AutoCloseable {

    /// How an answer is sent.
    public enum Packets {
        ONE_EACH,
        ONE_FOR_EACH_OCTET,
        /// With the first octets of the server.
        TOGETHER_WITH_THE_SERVER
    }

    private static final byte[] CONNECTED = {5, 0, 0, 1, 127, 0, 0, 1, 9, 9};

    public final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    private final SmtpProxy.Type type;
    private final int backend;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<String, byte[]> answers = new ConcurrentHashMap<>();
    private volatile Packets packets = Packets.ONE_EACH;
    private volatile @Nullable String login;
    private volatile boolean silent;

    /// @param backend port of the server, on the loopback address
    public FakeProxy(SmtpProxy.Type type, int backend) throws IOException {
        this.type = type;
        this.backend = backend;
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// @param pair user name and password, with a colon between them
    public FakeProxy requiring(String pair) {
        login = pair;
        return this;
    }

    FakeProxy sending(Packets how) {
        packets = how;
        return this;
    }

    /// @param question `method`, `login` or `reply`
    /// @param answer what to send instead of the usual answer; then the connection is closed
    FakeProxy answering(String question, byte[] answer) {
        answers.put(question, answer);
        return this;
    }

    /// Keeps the connection open after the answer, instead of closing it.
    FakeProxy thenSilent() {
        silent = true;
        return this;
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try {
            client.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(client.getInputStream());
            if (type == SmtpProxy.Type.HTTP ? connect(in, client) : socks(in, client)) {
                return; // until the server or the client ends it
            }
            if (!silent) {
                client.close();
            }
        } catch (IOException _) {
            open.remove(client);
        }
    }

    /// @return whether the tunnel is open
    private boolean connect(DataInputStream in, Socket client) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        while (!header.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            header.write(in.readByte());
        }
        String request = header.toString(StandardCharsets.ISO_8859_1);
        asked.add(request.strip());
        String pair = login;
        if (pair != null && !request.contains("Proxy-Authorization: Basic " + base64(pair) + "\r\n")) {
            send(
                    client,
                    "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return false;
        }
        return answer(
                client,
                "reply",
                "HTTP/1.1 200 Connection established\r\nVia: 1.1 fake\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private boolean socks(DataInputStream in, Socket client) throws IOException {
        in.readByte();
        byte[] methods = in.readNBytes(in.readUnsignedByte());
        String pair = login;
        int wanted = pair == null ? 0 : 2;
        boolean isOffered = new String(methods, StandardCharsets.ISO_8859_1).indexOf(wanted) >= 0;
        if (answers.containsKey("method") || !isOffered) {
            send(client, answers.getOrDefault("method", new byte[] {5, (byte) 0xff}));
            return false;
        }
        send(client, new byte[] {5, (byte) wanted});
        if (pair != null) {
            in.readByte();
            String user = text(in);
            String given = user + ":" + text(in);
            asked.add("login " + given);
            byte[] result = answers.getOrDefault("login", new byte[] {1, (byte) (given.equals(pair) ? 0 : 1)});
            send(client, result);
            if (result[result.length - 1] != 0) {
                return false;
            }
        }
        in.readNBytes(3);
        int kind = in.readByte();
        String host = switch (kind) {
            case 1 -> InetAddress.getByAddress(in.readNBytes(4)).getHostAddress();
            case 4 -> InetAddress.getByAddress(in.readNBytes(16)).getHostAddress();
            default -> text(in);
        };
        asked.add("connect " + kind + " " + host + ":" + in.readUnsignedShort());
        return answer(client, "reply", CONNECTED);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8);
    }

    /// @return whether the tunnel is open
    private boolean answer(Socket client, String question, byte[] usual) throws IOException {
        byte[] other = answers.get(question);
        if (other != null) {
            send(client, other);
            return false;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), backend);
        open.add(server);
        if (packets == Packets.TOGETHER_WITH_THE_SERVER) {
            byte[] first = new byte[1024];
            int length = server.getInputStream().read(first);
            byte[] both = new byte[usual.length + length];
            System.arraycopy(usual, 0, both, 0, usual.length);
            System.arraycopy(first, 0, both, usual.length, length);
            client.getOutputStream().write(both);
        } else {
            send(client, usual);
        }
        Thread.ofVirtual().start(() -> copy(client, server));
        Thread.ofVirtual().start(() -> copy(server, client));
        return true;
    }

    private void send(Socket client, byte[] answer) throws IOException {
        OutputStream out = client.getOutputStream();
        if (packets == Packets.ONE_FOR_EACH_OCTET) {
            for (byte octet : answer) {
                out.write(octet);
                out.flush();
            }
        } else {
            out.write(answer);
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            in.transferTo(to.getOutputStream());
        } catch (IOException _) {
            // the other direction ends, too
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket each : open) {
            each.close();
        }
    }
}
