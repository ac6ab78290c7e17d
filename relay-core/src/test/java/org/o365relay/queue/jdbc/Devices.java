package org.o365relay.queue.jdbc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// Several clients that send uniquely named messages as fast as they are accepted, and record those that got a
/// 250.
final class Devices {

    private static final int CLIENTS = 6;
    private static final int EVERY_SO_MANY_IS_LARGE = 12;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> unexpected = ConcurrentHashMap.newKeySet();
    private final Semaphore answers = new Semaphore(0);

    /// @return names of the messages that were answered with 250
    Set<String> acknowledged() {
        return acknowledged;
    }

    /// @return replies that the relay should not have sent
    Set<String> unexpected() {
        return unexpected;
    }

    /// Sends to a relay until it is gone.
    ///
    /// @param round part of the messages' names
    /// @param enough ends the relay; run as soon as this many messages have been acknowledged
    void send(int port, int round, int many, Runnable enough) throws InterruptedException {
        answers.drainPermits();
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            String prefix = round + "-" + client + "-";
            clients.add(Thread.ofVirtual().start(() -> sendUntilGone(port, prefix)));
        }
        answers.acquire(many);
        enough.run();
        for (Thread client : clients) {
            client.join();
        }
    }

    /// @return the same content for the same name: small, or, sometimes, several chunks
    static String content(String name) {
        Random random = new Random(name.hashCode());
        boolean large = random.nextInt(EVERY_SO_MANY_IS_LARGE) == 0;
        int size = large ? 140_000 + random.nextInt(500_000) : 200 + random.nextInt(6_000);
        StringBuilder text = new StringBuilder(size + 200);
        text.append("Subject: ").append(name).append("\r\n\r\n");
        while (text.length() < size) {
            // some lines begin with a dot, some are only a dot
            text.append(".".repeat(Math.max(0, random.nextInt(5) - 3)));
            for (int i = random.nextInt(70); i > 0; i--) {
                text.append((char) random.nextInt('!', '~'));
            }
            text.append("\r\n");
        }
        return text.toString();
    }

    private void sendUntilGone(int port, String prefix) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            OutputStream out = socket.getOutputStream();
            say(out, "HELO device\r\n");
            expect(in, "220");
            expect(in, "250");
            for (int number = 0; ; number++) {
                String name = prefix + number;
                say(out, "MAIL FROM:<device@contoso.example>\r\nRCPT TO:<anna@contoso.example>\r\nDATA\r\n");
                expect(in, "250");
                expect(in, "250");
                expect(in, "354");
                say(out, content(name).replaceAll("(?m)^\\.", "..") + ".\r\n");
                expect(in, "250");
                acknowledged.add(name);
                answers.release();
            }
        } catch (IOException gone) {
            // as it must be: the relay has been killed
        }
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private void expect(BufferedReader in, String code) throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new IOException("the relay is gone");
        }
        if (!line.startsWith(code + " ")) {
            unexpected.add(line);
            throw new IOException("expected " + code + " and got " + line);
        }
    }
}
