package org.o365relay.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Sends probe messages, alternately normal and urgent, through a relay under load, and measures for each probe
/// the time from sending its content until it arrives at the upstream.
final class LatencyProbes {

    /// The recipient pattern of urgent probes, for the relay's routing rule.
    static final String URGENT = "urgent-*@contoso.example";

    private final InetSocketAddress relay;
    private final Duration pause;
    private final Map<String, Long> sent = new ConcurrentHashMap<>();
    private final Latencies normal = new Latencies();
    private final Latencies urgent = new Latencies();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable IOException failure;

    /// Latencies of the probes of one priority.
    static final class Latencies {
        private final Histogram micros = new ConcurrentHistogram(3);

        String medianMillis() {
            return String.format(Locale.ROOT, "%.0f", micros.getValueAtPercentile(50) / 1e3);
        }

        String maximumMillis() {
            return String.format(Locale.ROOT, "%.0f", micros.getMaxValue() / 1e3);
        }
    }

    LatencyProbes(InetSocketAddress relay, CountingSmarthost smarthost, Duration pause) {
        this.relay = relay;
        this.pause = pause;
        smarthost.onMessage(this::arrived);
        this.thread = Thread.ofVirtual().name("probes").start(this::run);
    }

    Latencies normal() {
        return normal;
    }

    Latencies urgent() {
        return urgent;
    }

    private void run() {
        try {
            for (int n = 0; !stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS); n++) {
                send((n % 2 == 0 ? "normal-" : "urgent-") + n + "@contoso.example");
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(String recipient) throws IOException {
        try (Socket socket = new Socket(relay.getAddress(), relay.getPort());
                BufferedReader replies =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            OutputStream out = socket.getOutputStream();
            expect(replies, "220");
            for (String line : List.of(
                    "HELO probe.example", "MAIL FROM:<probe@device.example>", "RCPT TO:<" + recipient + ">", "DATA")) {
                send(out, line);
                expect(replies, line.equals("DATA") ? "354" : "250");
            }
            sent.put("RCPT TO:<" + recipient + ">", System.nanoTime());
            send(out, "From: <probe@device.example>\r\nSubject: new mail\r\n\r\nnew\r\n.");
            expect(replies, "250");
            send(out, "QUIT");
        }
    }

    private static void send(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static void expect(BufferedReader replies, String code) throws IOException {
        String reply = replies.readLine();
        if (reply == null || !reply.startsWith(code)) {
            throw new IOException("expected " + code + ", got " + reply);
        }
    }

    private void arrived(String command) {
        Long sentAt = sent.remove(command.split(" NOTIFY", 2)[0]);
        if (sentAt != null) {
            Latencies times = command.contains("urgent-") ? urgent : normal;
            times.micros.recordValue((System.nanoTime() - sentAt) / 1000);
        }
    }

    /// Stops sending. Does not wait for probes in transit.
    ///
    /// @throws IOException if a probe was not accepted; no further probes were sent
    void stop() throws IOException, InterruptedException {
        stopped.countDown();
        thread.join();
        if (failure != null) {
            throw new IOException("a probe was not accepted: " + failure.getMessage(), failure);
        }
    }
}
