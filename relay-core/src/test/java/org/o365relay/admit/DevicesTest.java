package org.o365relay.admit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.ManualClock;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceChange.Removed;
import org.o365relay.mail.DeviceChange.Updated;
import org.o365relay.mail.DeviceChange.UsageUpdated;
import org.o365relay.mail.DeviceDay;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.UsageSlot;
import org.o365relay.time.SteadyClock;

@Timeout(60)
class DevicesTest {

    private static final DeviceLimits NONE = new DeviceLimits(10, null, null, null);
    private static final DeviceLimits BUDGET = new DeviceLimits(10, null, null, 100);

    private final ManualClock clock = new ManualClock("2026-03-01T08:00:00Z");
    private final Devices devices = new Devices(SteadyClock.following(clock));

    private static InetAddress address(int number) {
        return InetAddress.ofLiteral("10." + (number >> 16) + "." + (number >> 8 & 0xff) + "." + (number & 0xff));
    }

    private static void send(Device device, DeviceLimits limits) {
        assertThat(device.reserveRecipient(limits)).isEmpty();
        device.messageAccepted(1, 1, 100);
    }

    @Test
    void unprovenDevicesEvictOnlyUnprovenDevices() {
        for (int i = 0; i < 500; i++) {
            send(devices.at(address(i)), NONE);
        }
        for (int i = 1_000; i < 41_000; i++) {
            devices.at(address(i)).rejected();
        }
        assertThat(devices.records()).hasSize(500 + Devices.MAX_UNPROVEN);
        assertThat(devices.records())
                .filteredOn(device -> device.messages() > 0)
                .hasSize(500);
        assertThat(devices.records().getLast().address()).isEqualTo(address(40_999));
    }

    @Test
    void aNewDeviceEvictsTheLeastRecentlySeenOne() {
        for (int i = 0; i < Devices.MAX_DEVICES; i++) {
            send(devices.at(address(i)), NONE);
        }
        send(devices.at(address(0)), NONE);
        send(devices.at(address(99_999)), NONE);

        List<InetAddress> remembered =
                devices.records().stream().map(DeviceRecord::address).toList();
        assertThat(remembered)
                .hasSize(Devices.MAX_DEVICES)
                .contains(address(0), address(99_999))
                .doesNotContain(address(1));
    }

    @Test
    void aDeviceWithAnOpenSessionKeepsItsUsage() {
        DeviceLimits one = new DeviceLimits(10, null, null, 1);
        Device idle = devices.at(address(1));
        idle.sessionStarted();
        Device sending = devices.at(address(2));
        assertThat(sending.reserveRecipient(one)).isEmpty();
        for (int i = 10; i < 20_000; i++) {
            Device device = devices.at(address(i));
            if (i % 2 == 0) {
                send(device, NONE);
            }
        }
        assertThat(devices.at(address(1))).isSameAs(idle);
        assertThat(devices.at(address(2))).isSameAs(sending);
        assertThat(devices.at(address(2)).reserveRecipient(one)).isPresent();

        idle.sessionEnded();
        sending.release(1);
        for (int i = 20_000; i < 40_000; i++) {
            devices.at(address(i));
        }
        assertThat(devices.at(address(1))).isNotSameAs(idle);
    }

    @Test
    void usageIsWrittenWithTheNextTransactionAndTheRestLater() {
        Device budgeted = devices.at(address(1));
        Device other = devices.at(address(2));
        write(Integer.MAX_VALUE);
        assertThat(devices.isPending()).isFalse();
        budgeted.deviated(Deviation.NUL);
        send(budgeted, BUDGET);
        send(budgeted, BUDGET);
        send(other, NONE);

        assertThat(write(0))
                .containsExactly(
                        new UsageUpdated(address(1), List.of(new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 2))));
        assertThat(write(0)).isEmpty();
        assertThat(devices.isPending()).isTrue();
        assertThat(write(1)).singleElement().isInstanceOfSatisfying(Updated.class, known -> {
            assertThat(known.address()).isEqualTo(address(1));
            assertThat(known.device().deviations()).containsEntry(Deviation.NUL, 1L);
            assertThat(known.device().messages()).isEqualTo(2);
        });
        assertThat(write(1)).singleElement().isInstanceOfSatisfying(Updated.class, known -> {
            assertThat(known.address()).isEqualTo(address(2));
            assertThat(known.device().usage()).hasSize(1);
        });
        assertThat(devices.isPending()).isFalse();
    }

    @Test
    void usageIsWrittenWithItsMessageEvenIfAnotherListenerHasNoLimits() {
        Device device = devices.at(address(1));
        write(Integer.MAX_VALUE);
        assertThat(device.reserveRecipient(BUDGET)).isEmpty();
        assertThat(device.reserveRecipient(NONE)).isEmpty();
        device.messageAccepted(1, 1, 100);

        assertThat(write(0))
                .containsExactly(
                        new UsageUpdated(address(1), List.of(new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 1))));
    }

    @Test
    void aNewDeviceWithLimitsIsWrittenInFullWithItsFirstMessage() {
        send(devices.at(address(1)), BUDGET);
        assertThat(write(0)).singleElement().isInstanceOfSatisfying(Updated.class, known -> {
            assertThat(known.device().messages()).isEqualTo(1);
            assertThat(known.device().usage()).hasSize(1);
        });
        send(devices.at(address(1)), BUDGET);
        assertThat(write(0)).singleElement().isInstanceOf(UsageUpdated.class);
    }

    @Test
    void unconfirmedChangesAreReturnedAgainWithLaterOnes() {
        send(devices.at(address(1)), BUDGET);
        assertThat(devices.next(0)).hasSize(1);
        clock.advance(Duration.ofMinutes(10));
        send(devices.at(address(1)), BUDGET);
        send(devices.at(address(2)), BUDGET);

        assertThat(devices.isPending()).isTrue();
        assertThat(write(0))
                .hasSize(2)
                .first()
                .isInstanceOfSatisfying(
                        Updated.class, // its record was not written, either
                        known -> assertThat(known.device().usage())
                                .extracting(UsageSlot::recipients)
                                .containsExactly(1, 1));
        assertThat(write(0)).isEmpty();
    }

    @Test
    void changesDuringAWriteAreNotLost() {
        Device device = devices.at(address(1));
        send(device, BUDGET);
        assertThat(devices.next(0)).hasSize(1);
        send(device, BUDGET);
        devices.written();
        assertThat(write(0))
                .containsExactly(
                        new UsageUpdated(address(1), List.of(new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 2))));
    }

    @Test
    void evictedDevicesAreDeletedOnDisk() {
        Disk disk = new Disk();
        disk.write(devices.next(Integer.MAX_VALUE));
        for (int i = 0; i < 5_000; i++) {
            devices.at(address(i)).rejected();
            if (i % 700 == 0) {
                disk.write(devices.next(200));
                if (i % 1_400 == 0) {
                    devices.written();
                }
            }
        }
        devices.at(address(0)).rejected(); // it has come back
        disk.write(devices.next(Integer.MAX_VALUE));
        devices.written();
        assertThat(disk.rows.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        devices.records().stream().map(DeviceRecord::address).toList());
        assertThat(disk.rows).containsKey(address(0)).hasSize(Devices.MAX_UNPROVEN);
    }

    @Test
    void usageSurvivesARestartAndAClockThatIsSetBack() {
        DeviceLimits three = new DeviceLimits(10, null, 3, 3);
        Disk disk = new Disk();
        Device device = devices.at(address(1));
        device.setHelo("mfp");
        for (int i = 0; i < 3; i++) {
            send(device, three);
            clock.advance(Duration.ofMinutes(10));
        }
        disk.write(devices.next(Integer.MAX_VALUE));
        Devices again = new Devices(disk.records(), SteadyClock.following(clock), ZoneOffset.UTC);
        assertThat(again.records()).isEqualTo(devices.records());
        assertThat(again.isPending()).isFalse();
        assertThat(again.at(address(1)).reserveRecipient(three)).isPresent();

        clock.advance(Duration.ofHours(-5));
        Devices before = new Devices(disk.records(), SteadyClock.following(clock), ZoneOffset.UTC);
        LimitExceeded excess = before.at(address(1)).reserveRecipient(three).orElseThrow();
        assertThat(excess.until()).isEqualTo("2026-03-02T03:40:00Z");
        disk.write(before.next(Integer.MAX_VALUE));
        assertThat(disk.records().getFirst().usage().stream()
                        .mapToInt(UsageSlot::recipients)
                        .sum())
                .as("moved, not counted twice")
                .isEqualTo(3);
    }

    @Test
    void usageIsNotStoredTwiceWhenTheClockIsSetBack() {
        Disk disk = new Disk();
        Device device = devices.at(address(1));
        for (int i = 0; i < 3; i++) {
            send(device, BUDGET);
            clock.advance(Duration.ofMinutes(10));
        }
        disk.write(devices.next(Integer.MAX_VALUE));
        devices.written();
        clock.advance(Duration.ofHours(-5));
        send(device, BUDGET);
        disk.write(devices.next(0));
        assertThat(disk.records().getFirst().usage())
                .filteredOn(spent -> spent.recipients() > 0)
                .containsExactly(new UsageSlot(Instant.parse("2026-03-01T03:30:00Z"), 4));
    }

    private List<DeviceChange> write(int most) {
        List<DeviceChange> changes = devices.next(most);
        devices.written();
        return changes;
    }

    /// The devices as the queue stores them.
    private static final class Disk {

        private final Map<InetAddress, DeviceRecord> rows = new HashMap<>();
        private final Map<InetAddress, Map<Instant, Integer>> spending = new HashMap<>();
        private final Map<InetAddress, Map<DayOfWeek, DeviceDay>> days = new HashMap<>();

        void write(List<DeviceChange> changes) {
            for (DeviceChange change : changes) {
                switch (change) {
                    case Updated(DeviceRecord device) -> {
                        rows.put(device.address(), device);
                        device.days()
                                .forEach(day -> days.computeIfAbsent(device.address(), _ -> new TreeMap<>())
                                        .put(day.day().getDayOfWeek(), day));
                        spend(device.address(), device.usage());
                    }
                    case UsageUpdated(InetAddress address, List<UsageSlot> spent) -> spend(address, spent);
                    case Removed(InetAddress address) -> {
                        rows.remove(address);
                        spending.remove(address);
                        days.remove(address);
                    }
                }
            }
        }

        List<DeviceRecord> records() {
            List<DeviceRecord> records = new ArrayList<>();
            rows.forEach((address, device) -> records.add(new DeviceRecord(
                    address,
                    device.helo(),
                    device.firstSeen(),
                    device.lastSeen(),
                    device.messages(),
                    device.octets(),
                    device.rejections(),
                    device.deviations(),
                    spending.getOrDefault(address, Map.of()).entrySet().stream()
                            .map(slot -> new UsageSlot(slot.getKey(), slot.getValue()))
                            .toList(),
                    List.copyOf(days.getOrDefault(address, Map.of()).values()),
                    device.failing())));
            return records;
        }

        private void spend(InetAddress address, List<UsageSlot> spent) {
            Map<Instant, Integer> slots = spending.computeIfAbsent(address, _ -> new TreeMap<>());
            spent.forEach(slot -> slots.put(slot.start(), slot.recipients()));
        }
    }
}
