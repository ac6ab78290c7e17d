package org.o365relay.daemon.cli;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.demo.DemoRelay;
import org.o365relay.daemon.demo.DemoRelaySettings;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/// A relay without a queue: passes each message on while the device waits.
final class FakeRelay implements DemoRelay {

    private final DemoRelaySettings plan;
    private final UnaryOperator<byte[]> damage;
    private final SMTPServer server;
    private final AtomicInteger messages = new AtomicInteger();

    private FakeRelay(DemoRelaySettings plan, UnaryOperator<byte[]> damage) {
        this.plan = plan;
        this.damage = damage;
        this.server = SMTPServer.port(plan.listen().getPort())
                .bindAddress(plan.listen().getAddress())
                .hostName("fake")
                .messageHandlerFactory(context -> new Relaying())
                .build();
        server.start();
    }

    static DemoRelay.Starter honest() {
        return plan -> new FakeRelay(plan, UnaryOperator.identity());
    }

    /// @param damage what it does to the content on the way
    static DemoRelay.Starter damaging(UnaryOperator<byte[]> damage) {
        return plan -> new FakeRelay(plan, damage);
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPortAllocated());
    }

    @Override
    public void close() {
        server.stop();
    }

    private void forward(byte[] content, List<String> recipients) throws MessagingException {
        SMTPMessage message = new SMTPMessage(session(), new ByteArrayInputStream(content));
        message.setEnvelopeFrom(plan.mailbox());
        message.setHeader("From", plan.mailbox());
        if (message.getHeader("Message-ID") == null) {
            message.setHeader("Message-ID", "<" + messages.incrementAndGet() + "@fake>");
        }
        try (Transport transport = session().getTransport("smtp")) {
            transport.connect(plan.mailbox(), plan.password().reveal());
            transport.sendMessage(message, addresses(recipients));
        }
    }

    private static Address[] addresses(List<String> recipients) throws MessagingException {
        return InternetAddress.parse(String.join(",", recipients));
    }

    private Session session() {
        Properties properties = new Properties();
        properties.put("mail.smtp.host", plan.upstreamHost());
        properties.put("mail.smtp.port", Integer.toString(plan.upstreamPort()));
        properties.put("mail.smtp.auth", "true");
        properties.put("mail.smtp.starttls.required", "true");
        properties.put("mail.smtp.ssl.trust", plan.upstreamHost());
        return Session.getInstance(properties);
    }

    private final class Relaying implements MessageHandler {

        private final List<String> recipients = new ArrayList<>();

        @Override
        public void from(String sender) {}

        @Override
        public void recipient(String recipient) {
            recipients.add(recipient);
        }

        @Override
        public @Nullable String data(java.io.InputStream content) throws RejectException, IOException {
            try {
                forward(damage.apply(content.readAllBytes()), recipients);
                return null;
            } catch (MessagingException e) {
                throw new RejectException(451, e.toString());
            }
        }

        @Override
        public void done() {}
    }
}
