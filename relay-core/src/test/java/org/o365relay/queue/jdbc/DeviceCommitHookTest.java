package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Polling;
import org.o365relay.admit.Device;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Devices;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceChanges;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.time.SteadyClock;

@Timeout(60)
class DeviceCommitHookTest {

    private static final InetAddress PRINTER = InetAddress.ofLiteral("192.168.10.7");
    private static final InetAddress NAS = InetAddress.ofLiteral("2001:db8::7");
    private static final DeviceLimits NO_LIMITS = new DeviceLimits(10, null, null, null);
    private static final DeviceLimits BUDGET = new DeviceLimits(10, null, null, 500);

    private QueueFixture fixture;
    private Devices devices;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
        devices = start();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private Devices start() {
        Devices started =
                new Devices(fixture.queue().devices().all(), SteadyClock.following(fixture.clock), ZoneOffset.UTC);
        fixture.queue().devices().startPersisting(started);
        return started;
    }

    private void send(InetAddress address, DeviceLimits limits) {
        Device device = devices.at(address);
        assertThat(device.reserveRecipient(limits)).isEmpty();
        device.messageAccepted(1, 1, 4);
        fixture.accept("mail", ANNA);
    }

    private long spent() {
        return fixture.number("SELECT total(recipients) FROM device_usage");
    }

    @Test
    void persistsEverythingAcrossARestart() {
        send(PRINTER, BUDGET);
        fixture.clock.advance(Duration.ofMinutes(30));
        send(PRINTER, BUDGET);
        send(NAS, NO_LIMITS);
        devices.at(PRINTER).setHelo("MFP \u0007 Büro");
        devices.at(PRINTER).deviated(Deviation.BARE_LINE_FEED);
        devices.at(PRINTER).deviated(Deviation.BARE_LINE_FEED);
        devices.at(NAS).deviated(Deviation.NO_DATE);
        devices.at(NAS).rejected();
        devices.at(PRINTER).delivered(ANNA);
        devices.at(PRINTER).failed(ANNA, "recipient-unknown");
        fixture.clock.advance(Duration.ofHours(16));
        devices.at(PRINTER).reportedByNdr("Bob@Fabrikam.example", "mailbox-full");
        devices.at(PRINTER).bounced();
        List<DeviceRecord> before = devices.records();
        fixture.close();
        List<DeviceRecord> after = start().records();
        assertThat(after).isEqualTo(before).hasSize(2);
        assertThat(after.getLast().days()).hasSize(2);
        assertThat(after.getLast().failing()).hasSize(2);
    }

    @Test
    void writesLimitUsageWithItsMessage() {
        for (int i = 1; i <= 5; i++) {
            send(PRINTER, BUDGET);
            assertThat(spent()).isEqualTo(i);
        }
        send(NAS, NO_LIMITS);
        assertThat(spent()).as("the device has no limit").isEqualTo(5);
        fixture.queue().housekeeper().writeDevices(200);
        assertThat(spent()).isEqualTo(6);
        assertThat(fixture.number("SELECT messages FROM device WHERE address = '192.168.10.7'"))
                .isEqualTo(5);
    }

    @Test
    void writesOtherChangesSoon() throws Exception {
        devices.at(PRINTER).rejected();
        Polling.until("written", () -> fixture.number("SELECT count(*) FROM device WHERE rejections = 1") == 1);
        assertThat(devices.isPending()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"device_usage", "device_day", "failing_recipient"})
    void acceptsMailAlthoughADeviceTableCannotBeWritten(String table) {
        fixture.execute("ALTER TABLE " + table + " RENAME TO mislaid");
        for (int i = 0; i < 10; i++) {
            send(PRINTER, BUDGET);
        }
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(10);
        fixture.execute("ALTER TABLE mislaid RENAME TO " + table);
        for (int tick = 0; tick <= 30; tick++) {
            fixture.queue().housekeeper().writeDevices(200);
        }
        assertThat(spent()).isEqualTo(10);
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void acceptsMailDespiteABugInTheCounters() {
        fixture.queue().devices().startPersisting(new DeviceChanges() {
            @Override
            public boolean isPending() {
                return true;
            }

            @Override
            public List<DeviceChange> next(int most) {
                throw new IllegalStateException("a bug");
            }

            @Override
            public void written() {
                throw new AssertionError("nothing was");
            }
        });
        fixture.accept("first", ANNA);
        fixture.accept("second", ANNA);
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(2);
    }

    @Test
    void deletesAllRowsOfARemovedDevice() {
        send(PRINTER, BUDGET);
        for (int i = 0; i < Devices.MAX_UNPROVEN + 5; i++) {
            Device stranger = devices.at(InetAddress.ofLiteral("10.0." + (i >> 8) + "." + (i & 0xff)));
            stranger.deviated(Deviation.INVALID_COMMAND);
            stranger.failed(ANNA, "unknown-reply");
            if (i == 4) {
                fixture.queue().housekeeper().writeDevices(200);
            }
        }
        fixture.queue().housekeeper().writeDevices(Integer.MAX_VALUE);
        assertThat(fixture.number("SELECT count(*) FROM device")).isEqualTo(Devices.MAX_UNPROVEN + 1);
        assertThat(fixture.number("SELECT count(*) FROM deviation")).isEqualTo(Devices.MAX_UNPROVEN);
        assertThat(fixture.number("SELECT count(*) FROM failing_recipient")).isEqualTo(Devices.MAX_UNPROVEN);
        assertThat(fixture.number("SELECT count(*) FROM device_day")).isEqualTo(Devices.MAX_UNPROVEN + 1);
        assertThat(fixture.number("SELECT count(*) FROM device WHERE address = '10.0.0.4'"))
                .isZero();
        assertThat(spent()).isEqualTo(1);
    }

    @Test
    void deletesExpiredUsage() {
        send(PRINTER, BUDGET);
        fixture.clock.advance(Duration.ofHours(24));
        send(PRINTER, BUDGET);
        fixture.deleteHistoryBefore(fixture.clock.instant());
        assertThat(spent()).isEqualTo(2);
        fixture.clock.advance(Duration.ofMinutes(10));
        fixture.deleteHistoryBefore(fixture.clock.instant());
        assertThat(spent()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO device VALUES ('printer-3', '', 1, 1, 1, 1, 1)",
                "INSERT INTO device VALUES ('', '', 1, 1, 1, 1, 1)",
                "INSERT INTO device VALUES ('10.0.0.0/8', '', 1, 1, 1, 1, 1)",
                "INSERT INTO deviation VALUES ('192.168.10.7', 'dances-on-the-table', 3)",
                "INSERT INTO deviation VALUES ('10.9.9.9', 'nul', 3)",
                "INSERT INTO device_usage VALUES ('10.9.9.9', 1, 3)",
                "INSERT INTO device_day VALUES ('10.9.9.9', 1, 20000, 1, 2, 3, 4)",
                "INSERT INTO failing_recipient VALUES ('10.9.9.9', 'anna@contoso.example', 1, 1, '', 1, 1)"
            })
    void leavesOutADamagedRow(String row) {
        send(PRINTER, BUDGET);
        devices.at(PRINTER).deviated(Deviation.NUL);
        List<DeviceRecord> before = devices.records();
        fixture.close();
        fixture.execute(row);
        devices = start();
        assertThat(devices.records()).isEqualTo(before);
        fixture.clock.advance(Duration.ofSeconds(1));
        send(NAS, BUDGET);
        assertThat(devices.records()).hasSize(2);
    }
}
