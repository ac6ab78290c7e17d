package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.UsageSlot;

final class DeviceTableTest {

    private static final Instant NOW = Instant.parse("2026-03-02T08:00:00Z");
    private static final DeviceEntry PRINTER = new DeviceEntry(
            device(
                    "192.168.10.7",
                    "MFP",
                    1_300_000,
                    Map.of(Deviation.NO_DATE, 1L, Deviation.NUL, 3L, Deviation.BARE_LINE_FEED, 412L)),
            "2nd floor",
            500);
    private static final DeviceEntry STRANGER = new DeviceEntry(device("2001:db8::7", "", 0, Map.of()), "", null);

    private final DeviceTable table = new DeviceTable(NOW, ZoneId.of("Europe/Berlin"));

    private static DeviceRecord device(String address, String helo, long octets, Map<Deviation, Long> deviations) {
        return new DeviceRecord(
                InetAddress.ofLiteral(address),
                helo,
                Instant.parse("2026-01-31T23:30:00Z"),
                Instant.parse("2026-03-02T07:59:59Z"),
                octets / 100_000,
                octets,
                3,
                deviations,
                List.of(
                        new UsageSlot(NOW.minusSeconds(600), 7),
                        new UsageSlot(NOW.minusSeconds(86_400), 5),
                        new UsageSlot(NOW.minusSeconds(87_000), 100)));
    }

    @Test
    void listsEachDeviceFollowedByItsDeviations() {
        assertThat(table.lines(List.of(PRINTER, STRANGER)))
                .containsExactly(
                        "ADDRESS               NAME       HELO  FIRST SEEN        LAST SEEN         "
                                + "MESSAGES     SIZE  REJECTED  RECIPIENTS IN 24 H",
                        "192.168.10.7          2nd floor  MFP   2026-02-01 00:30  2026-03-02 08:59  "
                                + "      13  1.2 MiB         3           12 of 500",
                        "  ends lines with LF instead of CRLF (412 times)",
                        "  sends NUL octets (3 times)",
                        "  sends messages without Date (once)",
                        "2001:db8:0:0:0:0:0:7  -          -     2026-02-01 00:30  2026-03-02 08:59  "
                                + "       0      0 B         3                  12");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1048575, 1024.0 KiB",
        "1048576, 1.0 MiB",
        "5368709120, 5.0 GiB",
        "9223372036854775807, 8388608.0 TiB"
    })
    void formatsSizes(long octets, String text) {
        DeviceEntry entry = new DeviceEntry(device("10.0.0.1", "x", octets, Map.of()), "", null);
        assertThat(table.lines(List.of(entry)).get(1)).contains(" " + text + " ");
    }

    @Test
    void replacesControlCharacters() {
        String hostile = "\u001b[2J\u009b31m\u202egnp.exe\u2028\u0000\ud800\t" + "x".repeat(200);
        DeviceEntry entry = new DeviceEntry(device("10.0.0.1", hostile, 0, Map.of()), hostile, null);
        String line = table.lines(List.of(entry)).get(1);
        assertThat(line).contains("  ?[2J?31m?gnp.exe??? x...  ?[2J?31m?gnp.exe??? x...  ");
        assertThat(line.codePoints()).allMatch(point -> point >= ' ' && point < 0x7f);
    }

    @Test
    void printsStableJson() {
        assertThat(DeviceJson.text(List.of(), NOW)).isEqualTo("[]");
        DeviceEntry hostile = new DeviceEntry(device("2001:db8::7", "\"\\\n\u001b é", 0, Map.of()), "Büro", null);
        assertThat(DeviceJson.text(List.of(PRINTER, hostile), NOW)).isEqualTo("""
                [
                  {"address":"192.168.10.7","name":"2nd floor","helo":"MFP","firstSeenAt":"2026-01-31T23:30:00.000Z",\
                "lastSeenAt":"2026-03-02T07:59:59.000Z","messages":13,"size":1300000,"rejected":3,\
                "recipientsLastDay":12,"recipientsPerDay":500,\
                "deviations":{"bare-line-feed":412,"nul":3,"no-date":1}},
                  {"address":"2001:db8:0:0:0:0:0:7","name":"B\\u00fcro","helo":"\\"\\\\\\n\\u001B \\u00e9",\
                "firstSeenAt":"2026-01-31T23:30:00.000Z","lastSeenAt":"2026-03-02T07:59:59.000Z","messages":0,\
                "size":0,"rejected":3,"recipientsLastDay":12,"recipientsPerDay":null,\
                "deviations":{}}
                ]""");
    }
}
