package org.o365relay.admit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.ManualClock;
import org.o365relay.mail.DeviceChange.Updated;
import org.o365relay.mail.DeviceDay;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.FailingRecipient;
import org.o365relay.time.SteadyClock;

/// The counts of a device by day, and its failing recipients.
@Timeout(60)
class DeviceCountsTest {

    private static final InetAddress PRINTER = InetAddress.ofLiteral("192.168.10.7");
    private static final DeviceLimits NONE = new DeviceLimits(10, null, null, null);
    private static final EmailAddress ANNA = address("Anna@Contoso.example");
    private static final EmailAddress BOB = address("bob@fabrikam.example");
    private static final LocalDate MONDAY = LocalDate.of(2026, 3, 2);

    /// Monday, 23:30 in Vienna.
    private final ManualClock clock = new ManualClock("2026-03-02T22:30:00Z");

    private final Devices devices = new Devices(List.of(), SteadyClock.following(clock), ZoneId.of("Europe/Vienna"));
    private final Device printer = devices.at(PRINTER);

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }

    private void accept() {
        assertThat(printer.reserveRecipient(NONE)).isEmpty();
        printer.messageAccepted(1, 1, 100);
    }

    private DeviceDay between(LocalDate first, LocalDate last) {
        return devices.records().getFirst().between(first, last);
    }

    private DeviceDay on(LocalDate day) {
        return between(day, day);
    }

    private List<FailingRecipient> failing() {
        return devices.records().getFirst().failing(clock.instant());
    }

    @Test
    void countsByLocalDay() {
        accept();
        printer.delivered(ANNA);
        clock.advance(Duration.ofMinutes(31));
        accept();
        accept();
        printer.rollBack(MONDAY.plusDays(1), 1, 100);
        printer.failed(ANNA, "recipient-unknown");
        printer.bounced();
        printer.rejected();

        assertThat(on(MONDAY)).isEqualTo(new DeviceDay(MONDAY, 1, 1, 0, 0));
        LocalDate tuesday = MONDAY.plusDays(1);
        assertThat(on(tuesday)).isEqualTo(new DeviceDay(tuesday, 1, 0, 2, 1));
        assertThat(between(MONDAY, tuesday)).isEqualTo(new DeviceDay(tuesday, 2, 1, 2, 1));
    }

    @Test
    void rollsBackTheDayOnWhichTheMessageWasCounted() {
        assertThat(printer.reserveRecipient(NONE)).isEmpty();
        LocalDate counted = printer.messageAccepted(1, 1, 100);
        clock.advance(Duration.ofMinutes(31));
        printer.rollBack(counted, 1, 100);

        assertThat(on(MONDAY)).isEqualTo(new DeviceDay(MONDAY, 0, 0, 0, 0));
        LocalDate tuesday = MONDAY.plusDays(1);
        assertThat(on(tuesday)).isEqualTo(new DeviceDay(tuesday, 0, 0, 0, 0));
    }

    @Test
    void rollsBackNothingIfAnotherDayHasReplacedTheCountedOne() {
        assertThat(printer.reserveRecipient(NONE)).isEmpty();
        LocalDate counted = printer.messageAccepted(1, 1, 100);
        clock.advance(Duration.ofDays(7)); // the clock was wrong
        accept();
        printer.rollBack(counted, 1, 100);

        LocalDate nextMonday = MONDAY.plusDays(7);
        assertThat(on(nextMonday)).isEqualTo(new DeviceDay(nextMonday, 1, 0, 0, 0));
    }

    @Test
    void keepsSevenDays() {
        for (int day = 0; day < 20; day++) {
            accept();
            clock.advance(Duration.ofDays(1));
        }
        LocalDate last = MONDAY.plusDays(19);
        assertThat(devices.records().getFirst().days()).hasSize(7);
        assertThat(between(last.minusDays(6), last).accepted()).isEqualTo(7);
    }

    @Test
    void ignoresTheCountsOfAClockThatWasAhead() {
        accept();
        clock.advance(Duration.ofDays(3_651)); // not a Monday
        accept();
        clock.advance(Duration.ofDays(-3_651));
        accept();

        assertThat(between(MONDAY.minusDays(6), MONDAY).accepted()).isEqualTo(2);
    }

    @Test
    void writesOnlyTheDaysThatChanged() {
        accept();
        clock.advance(Duration.ofDays(1));
        accept();
        assertThat(writtenDays()).hasSize(2);
        devices.written();
        accept();
        assertThat(writtenDays()).containsExactly(new DeviceDay(MONDAY.plusDays(1), 2, 0, 0, 0));
        accept();
        assertThat(writtenDays())
                .as("not confirmed as written, so it is written again")
                .containsExactly(new DeviceDay(MONDAY.plusDays(1), 3, 0, 0, 0));
    }

    private List<DeviceDay> writtenDays() {
        assertThat(devices.next(10).getFirst()).isInstanceOf(Updated.class);
        return devices.next(10).getFirst() instanceof Updated(var device) ? device.days() : List.of();
    }

    @Test
    void countsFailuresOfARecipientFromTheFirstOneOn() {
        printer.delivered(ANNA);
        assertThat(failing()).isEmpty();
        printer.failed(ANNA, "mailbox-full");
        clock.advance(Duration.ofMinutes(1));
        printer.failed(address("anna@contoso.EXAMPLE"), "recipient-unknown");
        printer.delivered(ANNA);
        printer.delivered(BOB);

        assertThat(failing())
                .containsExactly(new FailingRecipient(
                        "anna@contoso.example",
                        2,
                        3,
                        "recipient-unknown",
                        clock.instant().minusSeconds(60),
                        clock.instant()));
    }

    @Test
    void countsAnNdrAboutADeliveredMessageOnce() {
        for (int i = 0; i < 3; i++) {
            printer.delivered(BOB);
            printer.reportedByNdr("Bob@fabrikam.example", "recipient-unknown");
        }
        assertThat(failing()).singleElement().satisfies(recipient -> {
            assertThat(recipient.address()).isEqualTo("bob@fabrikam.example");
            assertThat(recipient.failed()).isEqualTo(3);
            assertThat(recipient.total()).isEqualTo(3);
        });
        assertThat(on(MONDAY)).isEqualTo(new DeviceDay(MONDAY, 0, 3, 3, 0));
    }

    @Test
    void keepsTheRecipientsThatFailedMostRecently() {
        for (int i = 0; i < 1_000; i++) {
            printer.failed(address("user" + i + "@contoso.example"), "recipient-unknown");
            printer.failed(ANNA, "recipient-unknown");
        }
        assertThat(failing())
                .hasSize(FailingRecipients.MAX)
                .extracting(FailingRecipient::address)
                .startsWith("anna@contoso.example")
                .contains("user999@contoso.example");
    }

    @Test
    void forgetsFailuresAfterSevenDays() {
        printer.failed(ANNA, "recipient-unknown");
        printer.failed(BOB, "recipient-unknown");
        clock.advance(FailingRecipient.RETENTION);
        assertThat(failing()).hasSize(2);
        clock.advance(Duration.ofSeconds(1));
        assertThat(failing()).isEmpty();
        printer.failed(ANNA, "mailbox-full");
        printer.delivered(BOB);
        assertThat(devices.records().getFirst().failing())
                .containsExactly(new FailingRecipient(
                        "anna@contoso.example", 1, 1, "mailbox-full", clock.instant(), clock.instant()));
    }

    @Test
    void knowsOnlyDevicesThatHaveConnected() {
        assertThat(devices.known(PRINTER)).containsSame(printer);
        assertThat(devices.known(InetAddress.ofLiteral("192.168.10.8"))).isEmpty();
        assertThat(devices.records()).hasSize(1);
    }
}
