package org.o365relay.daemon.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.o365relay.Relay;
import org.o365relay.RelaySettings;
import org.o365relay.accept.ListenException;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.SessionLimits;
import org.o365relay.admit.Network;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.ProbeSchedule;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.identity.Credential;
import org.o365relay.journal.LogJournal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.rewrite.RewriteRules;

/// The relay itself, with the settings of a small office and short delays.
public final class InProcessRelay implements DemoRelay {

    private static final String HOSTNAME = "relay.contoso.example";
    private static final int CONNECTIONS = 2;

    private final Relay relay;

    private InProcessRelay(Relay relay) {
        this.relay = relay;
    }

    /// Starts it as planned.
    ///
    /// @throws IOException with a message for people
    public static DemoRelay start(DemoPlan plan) throws IOException {
        Relay relay = new Relay(settings(plan), new LogJournal());
        try {
            relay.start();
            return new InProcessRelay(relay);
        } catch (ListenException | QueueUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public InetSocketAddress address() {
        return relay.addresses().getFirst();
    }

    @Override
    public void close() {
        relay.stop();
    }

    private static RelaySettings settings(DemoPlan plan) {
        return new RelaySettings(
                HOSTNAME,
                List.of(new ListenerSettings(
                        plan.listen().getAddress(), plan.listen().getPort())),
                new TrustedNetworks(List.of("127.0.0.0/8", "::1").stream()
                        .map(Network::parse)
                        .flatMap(Optional::stream)
                        .toList()),
                new SessionLimits(4_096, 35 << 20, 500, 50, 50, Duration.ofMinutes(5)),
                new QueueSettings(plan.dataDirectory(), 1 << 20, 1L << 30, Duration.ofDays(1)),
                mailbox(plan),
                new RetrySchedule(Duration.ofSeconds(1), Duration.ofHours(1)),
                new ProbeSchedule(Duration.ofSeconds(5), Duration.ofSeconds(5)),
                new NoticeSettings(null),
                Duration.ofSeconds(5));
    }

    private static MailboxSettings mailbox(DemoPlan plan) {
        EmailAddress address = EmailAddress.parse(plan.mailbox()).orElseThrow();
        SmtpUpstreamSettings upstream = new SmtpUpstreamSettings(
                plan.upstreamHost(),
                plan.upstreamPort(),
                Tls.STARTTLS,
                plan.trustedCertificates(),
                CONNECTIONS,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                HOSTNAME);
        RewriteRules rewrite =
                new RewriteRules(address, RewriteRules.KEEP_DISPLAY_NAME, List.of(), null, true, true, HOSTNAME);
        return new MailboxSettings(
                address, upstream, new Credential.Password(plan.mailbox(), plan.password()), rewrite);
    }
}
