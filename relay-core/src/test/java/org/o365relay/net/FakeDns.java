package org.o365relay.net;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/// A DNS server that knows only mail exchangers (RFC 1035 §4).
public final class FakeDns implements AutoCloseable {

    /// @param host empty for the null MX
    public record Mx(int preference, String host) {}

    /// The answer to a query for a domain.
    sealed interface Answer {
        record Records(List<Mx> exchangers) implements Answer {}

        /// @param code RFC 1035 §4.1.1: 2 server failure, 3 name error
        record Failure(int code) implements Answer {}

        record Silence() implements Answer {}
    }

    private static final int TYPE_MX = 15;
    private static final int CLASS_IN = 1;

    private final DatagramSocket socket;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    public FakeDns() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    /// @return a lookup that queries this server
    public MailExchangers exchangers() {
        return new MailExchangers(
                "dns://127.0.0.1:" + socket.getLocalPort(), Duration.ofMillis(150), RandomGenerator.getDefault());
    }

    public FakeDns knows(String domain, Mx... exchangers) {
        return answers(domain, new Answer.Records(List.of(exchangers)));
    }

    FakeDns answers(String domain, Answer answer) {
        answers.put(domain, answer);
        return this;
    }

    @Override
    public void close() {
        socket.close();
    }

    private void serve() {
        byte[] buffer = new byte[1500];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                byte[] reply = reply(java.util.Arrays.copyOf(buffer, packet.getLength()));
                if (reply.length > 0) {
                    socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            } catch (IOException _) {
                return; // the test is over
            }
        }
    }

    private byte[] reply(byte[] query) throws IOException {
        StringBuilder name = new StringBuilder();
        int at = 12;
        while (query[at] != 0) {
            name.append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII))
                    .append('.');
            at += query[at] + 1;
        }
        int end = at + 5; // the root, type and class
        String domain = name.substring(0, name.length() - 1).toLowerCase(Locale.ROOT);
        return switch (answers.getOrDefault(domain, new Answer.Failure(3))) {
            case Answer.Records(var exchangers) -> message(query, end, 0, exchangers);
            case Answer.Failure(int code) -> message(query, end, code, List.of());
            case Answer.Silence() -> new byte[0];
        };
    }

    private static byte[] message(byte[] query, int end, int code, List<Mx> exchangers) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(octets);
        out.write(query, 0, 2);
        out.writeShort(0x8180 | code); // response, recursion desired and available
        out.writeShort(1);
        out.writeShort(exchangers.size());
        out.writeInt(0);
        out.write(query, 12, end - 12);
        for (Mx mx : exchangers) {
            byte[] host = name(mx.host());
            out.writeShort(0xC00C); // the name in the question
            out.writeShort(TYPE_MX);
            out.writeShort(CLASS_IN);
            out.writeInt(60);
            out.writeShort(2 + host.length);
            out.writeShort(mx.preference());
            out.write(host);
        }
        return octets.toByteArray();
    }

    private static byte[] name(String host) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (String label : host.split("\\.", -1)) {
            if (!label.isEmpty()) {
                octets.write(label.length());
                octets.write(label.getBytes(StandardCharsets.US_ASCII));
            }
        }
        octets.write(0);
        return octets.toByteArray();
    }
}
