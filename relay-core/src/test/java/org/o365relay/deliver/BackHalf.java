package org.o365relay.deliver;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.o365relay.ManualClock;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.identity.Credential;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportRequest;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.Supply;
import org.o365relay.rewrite.RewriteRules;

/// A real queue, rewriter and policy with a fake upstream and a clock that stands still.
final class BackHalf implements AutoCloseable {

    static final EmailAddress MAILBOX = address("relay@contoso.example");
    static final Supply SUPPLY = new Supply(MAILBOX.toString(), List.of(MAILBOX.toString()));

    final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    final RememberingJournal journal = new RememberingJournal();
    final FakeUpstream upstream = new FakeUpstream(2);
    final MessageQueue queue;
    final Lane lane;
    final Courier courier;

    BackHalf(Path directory) throws QueueUnavailableException {
        Random random = new Random(1);
        queue = MessageQueue.open(new QueueSettings(directory, 0, Long.MAX_VALUE, Duration.ofDays(30)), clock, random);
        lane = new Lane(
                mailbox(), upstream, new ProbeSchedule(Duration.ofMinutes(1), Duration.ofMinutes(15)), journal, clock);
        courier = new Courier(
                queue,
                lane,
                new RetrySchedule(Duration.ofMinutes(1), Duration.ofDays(5)),
                new NoticeWriter(new NoticeSettings(address("it@contoso.example")), MAILBOX, "relay.contoso.example"),
                journal,
                clock,
                random);
    }

    static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }

    static List<RoutedEnvelope> routed(Envelope envelope) {
        return List.of(new RoutedEnvelope(MAILBOX.toString(), Priority.NORMAL, envelope));
    }

    /// Puts a message into the queue.
    QueueId accept(@Nullable String sender, String content, String... recipients) {
        return accept(sender, content, ReportRequest.NONE, recipients);
    }

    QueueId accept(@Nullable String sender, String content, ReportRequest report, String... recipients) {
        return accept(sender, content, BodyType.SEVEN_BIT, report, recipients);
    }

    QueueId accept(@Nullable String sender, String content, BodyType body, ReportRequest report, String... recipients) {
        Envelope envelope = new Envelope(
                sender == null ? null : address(sender),
                Arrays.stream(recipients).map(BackHalf::address).toList(),
                false,
                body,
                report);
        Arrival arrival = new Arrival(clock.instant(), InetAddress.ofLiteral("10.0.0.7"), "scanner", "ESMTP");
        byte[] octets = content.getBytes(StandardCharsets.UTF_8);
        Incoming incoming = queue.receive();
        int appended = 0;
        for (; octets.length - appended > Incoming.CHUNK_SIZE; appended += Incoming.CHUNK_SIZE) {
            incoming.append(Arrays.copyOfRange(octets, appended, appended + Incoming.CHUNK_SIZE))
                    .join();
        }
        return incoming.commit(arrival, routed(envelope), Arrays.copyOfRange(octets, appended, octets.length))
                .join()
                .getFirst();
    }

    /// Delivers what is due, one attempt each.
    void deliverDue() {
        queue.claim(SUPPLY, 100).forEach(courier::deliver);
    }

    List<Claim> due() {
        return queue.claim(SUPPLY, 100);
    }

    @Override
    public void close() {
        queue.close();
    }

    private static MailboxSettings mailbox() {
        Duration second = Duration.ofSeconds(1);
        return new MailboxSettings(
                MAILBOX,
                MAILBOX.toString(),
                List.of(new RoadSettings.Smtp(
                        new SmtpUpstreamSettings(
                                "fake.example",
                                587,
                                SmtpUpstreamSettings.Tls.STARTTLS,
                                null,
                                2,
                                second,
                                second,
                                second,
                                second,
                                "relay"),
                        new Credential.None(),
                        "")),
                new MailboxLimits(null, 1, 2, null),
                new RewriteRules(
                        MAILBOX,
                        RewriteRules.KEEP_DISPLAY_NAME,
                        List.of(new RewriteRules.SendAs.Domain("sales.example")),
                        null,
                        true,
                        true,
                        "relay.contoso.example"));
    }
}
