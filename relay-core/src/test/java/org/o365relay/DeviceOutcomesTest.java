package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.admit.Devices;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.journal.Event.RecipientAttempt;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.DeviceDay;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.FailingRecipient;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// Which events count for which device.
@Timeout(60)
class DeviceOutcomesTest {

    private static final InetAddress PRINTER = InetAddress.ofLiteral("127.0.0.1");
    private static final EmailAddress ANNA =
            EmailAddress.parse("anna@contoso.example").orElseThrow();
    private static final Reply REPLY = Reply.of(550, "5.1.10", "Recipient not found");

    private final ManualClock clock = new ManualClock("2026-03-01T08:00:00Z");
    private final Devices devices = new Devices(List.of(), clock.steady(), ZoneOffset.UTC);
    private final DeviceOutcomes outcomes = new DeviceOutcomes(devices);

    private RecipientAttempt attempt(Arrival arrival) {
        Envelope envelope = new Envelope(ANNA, List.of(ANNA), false);
        return new RecipientAttempt(
                new Accepted(new QueueId(1), arrival, envelope, 100),
                ANNA,
                "upstream",
                new JudgedReply(REPLY, "rcpt", "recipient-unknown", ""),
                1,
                Duration.ZERO);
    }

    private List<Event> outcomesOf(Arrival arrival) {
        return List.of(
                new Event.Delivered(attempt(arrival)),
                new Event.Deferred(attempt(arrival), clock.instant(), false),
                new Event.Failed(attempt(arrival), "", null, false),
                new Event.Failed(attempt(arrival), "eva", null, false),
                new Event.Ndr(
                        new QueueId(1), arrival, ANNA, ANNA.toString(), "", REPLY, "mailbox-full", "", null, false));
    }

    @Test
    void countsDeliveriesFailuresAndNdrs() {
        devices.at(PRINTER);
        outcomesOf(new Arrival(clock.instant(), PRINTER, "mfp", "ESMTP")).forEach(outcomes::record);

        DeviceRecord device = devices.records().getFirst();
        assertThat(device.days()).containsExactly(new DeviceDay(LocalDate.of(2026, 3, 1), 0, 1, 3, 0));
        assertThat(device.failing())
                .as("an operator's bounce is no failure of the recipient")
                .containsExactly(new FailingRecipient(
                        "anna@contoso.example", 2, 2, "mailbox-full", clock.instant(), clock.instant()));
    }

    @Test
    void countsNeitherNoticesOfTheRelayNorUnknownDevices() {
        devices.at(PRINTER);
        outcomesOf(Arrival.local(clock.instant())).forEach(outcomes::record);
        InetAddress unknown = InetAddress.ofLiteral("10.0.0.9");
        outcomesOf(new Arrival(Instant.EPOCH, unknown, "mfp", "ESMTP")).forEach(outcomes::record);

        assertThat(devices.records()).hasSize(1);
        assertThat(devices.records().getFirst().days()).isEmpty();
    }
}
