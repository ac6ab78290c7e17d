package org.o365relay.bench;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.bench.load.FakeServer;
import org.o365relay.bench.server.Ports;
import org.o365relay.bench.server.RelayLauncher;

/// A fake relay behind the start script: accepts mail like [FakeServer] and sends one message for each through
/// STARTTLS and AUTH LOGIN, on one connection. With the argument `sandbox`, it is the upstream.
final class FakeRelay {

    private static final Pattern PORT = Pattern.compile("port = (\\d+)");

    private FakeRelay() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("sandbox")) {
            receive(Integer.parseInt(value(arguments[1])), Path.of(value(arguments[2])));
        } else {
            relay(arguments);
        }
    }

    private static void receive(int port, Path directory) throws Exception {
        LocalhostCertificate certificate = LocalhostCertificate.generate(directory);
        try (CountingSmarthost smarthost = CountingSmarthost.open(certificate, port)) {
            System.out.println("  certificate " + certificate.pem() + "\n  stored in   memory only");
            while (smarthost.awaitMessages(1, Duration.ofMinutes(1))) {
                System.out.println("device -> upstream");
            }
        }
    }

    private static String value(String option) {
        return option.substring(option.indexOf('=') + 1);
    }

    private static void relay(String[] arguments) throws Exception {
        Matcher ports = PORT.matcher(Files.readString(Path.of(arguments[2])));
        ports.find();
        int listening = Integer.parseInt(ports.group(1));
        ports.find();
        int upstream = Integer.parseInt(ports.group(1));
        BlockingQueue<String> queue = new LinkedBlockingQueue<>();
        FakeServer server = new FakeServer(listening, (step, count, standard) -> {
            if (step.equals(".")) {
                queue.add(step);
            }
            return standard;
        });
        try (server) {
            deliver(queue, upstream);
        }
    }

    private static void deliver(BlockingQueue<String> queue, int port) throws MessagingException, InterruptedException {
        queue.take();
        queue.add("first message");
        if (port == Ports.CLOSED) {
            Thread.currentThread().join();
        }
        Session session = Session.getInstance(properties(port));
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect("localhost", port, RelayLauncher.MAILBOX, System.getenv("RELAY_PASSWORD"));
            while (true) {
                queue.take();
                MimeMessage message = new MimeMessage(session);
                message.setFrom(RelayLauncher.MAILBOX);
                message.setRecipient(Message.RecipientType.TO, new InternetAddress("accounts@contoso.example"));
                message.setText(".a line that begins with a dot\r\n.\r\n..\r\nand a last line");
                transport.sendMessage(message, message.getAllRecipients());
            }
        }
    }

    private static Properties properties(int port) {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.port", Integer.toString(port));
        properties.setProperty("mail.smtp.auth", "true");
        properties.setProperty("mail.smtp.starttls.required", "true");
        properties.setProperty("mail.smtp.ssl.trust", "localhost");
        return properties;
    }
}
