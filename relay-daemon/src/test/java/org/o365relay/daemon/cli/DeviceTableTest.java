package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.daemon.report.Layout;
import org.o365relay.daemon.report.ReasonTexts;
import org.o365relay.daemon.report.Times;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceDay;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.FailingRecipient;
import org.o365relay.mail.UsageSlot;

final class DeviceTableTest {

    private static final Instant NOW = Instant.parse("2026-03-02T08:00:00Z");
    private static final LocalDate TODAY = LocalDate.of(2026, 3, 2);
    private static final DeviceEntry PRINTER = new DeviceEntry(
            device(
                            "192.168.10.7",
                            "MFP",
                            1_300_000,
                            Map.of(Deviation.NO_DATE, 1L, Deviation.NUL, 3L, Deviation.BARE_LINE_FEED, 412L))
                    .with(
                            List.of(
                                    new DeviceDay(TODAY, 34, 33, 1, 0),
                                    new DeviceDay(TODAY.minusDays(6), 378, 174, 4, 2),
                                    new DeviceDay(TODAY.minusDays(7), 1_000, 1_000, 0, 0),
                                    new DeviceDay(TODAY.plusDays(1), 1_000, 1_000, 0, 0)),
                            List.of(
                                    failing("old@contoso.example", 9, "recipient-unknown", "2026-02-20T07:00:00Z"),
                                    failing("bob@contoso.example", 2, "", "2026-03-02T07:00:00Z"),
                                    failing("anna@contoso.exmple", 20, "unreachable", "2026-03-01T07:00:00Z"))),
            "2nd floor",
            500);
    private static final DeviceEntry STRANGER = new DeviceEntry(
            device("2001:db8:1234:5678:9abc:def0:1234:5678", "", 0, Map.of())
                    .with(List.of(new DeviceDay(TODAY, 1, 0, 0, 3)), List.of()),
            "",
            null);

    private final DeviceTable table =
            new DeviceTable(new Layout(new Times(NOW, ZoneId.of("Europe/Berlin")), 80), new ReasonTexts());

    private static FailingRecipient failing(String address, long failed, String reason, String at) {
        return new FailingRecipient(
                address, failed, 20, reason, Instant.parse("2026-02-28T07:00:00Z"), Instant.parse(at));
    }

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
                        new UsageSlot(NOW.minusSeconds(87_000), 100)),
                List.of(),
                List.of());
    }

    private List<String> lines(DeviceEntry... entries) {
        List<DeviceRecord> devices =
                List.of(entries).stream().map(DeviceEntry::device).toList();
        return table.lines(List.of(entries), DevicePeriod.today(devices, TODAY), DevicePeriod.week(devices, TODAY));
    }

    private static String json(DeviceEntry... entries) {
        List<DeviceRecord> devices =
                List.of(entries).stream().map(DeviceEntry::device).toList();
        return DeviceJson.toJson(
                List.of(entries), DevicePeriod.today(devices, TODAY), DevicePeriod.week(devices, TODAY), NOW);
    }

    @Test
    void listsEachDeviceFollowedByWhatIsWrongWithIt() {
        assertThat(lines(PRINTER, STRANGER))
                .containsExactly(
                        "DEVICE                            ACCEPTED  DELIVERED  FAILED  REJECTED  SHARE",
                        "192.168.10.7              today         34         33       1         0    97%",
                        "                          7 days       412        207       5         2   100%",
                        "  2nd floor; HELO MFP; last seen 08:59; first seen 2026-02-01",
                        "  total: 13 messages, 1.2 MiB, 3 rejected; recipients in 24 h: 12 of 500",
                        "  20 of 20 to anna@contoso.exmple have failed since 2026-02-28 08:00: the",
                        "  upstream could not be reached, or the connection was lost",
                        "  2 of 20 to bob@contoso.example have failed since 2026-02-28 08:00",
                        "  ends lines with LF instead of CRLF (412 times)",
                        "  sends NUL octets (3 times)",
                        "  sends messages without Date (once)",
                        "2001:db8:1234:5678:9a...  today          1          0       0         3     3%",
                        "                          7 days         1          0       0         3    <1%",
                        "  2001:db8:1234:5678:9abc:def0:1234:5678; last seen 08:59; first seen 2026-02-01",
                        "  total: 0 messages, 0 B, 3 rejected; recipients in 24 h: 12")
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    }

    @Test
    void showsNoShareIfNothingWasAccepted() {
        assertThat(lines(new DeviceEntry(device("10.0.0.1", "x", 0, Map.of()), "", null)))
                .contains("10.0.0.1  today          0          0       0         0      -");
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
        assertThat(lines(entry)).anySatisfy(line -> assertThat(line).contains(" " + text + ", 3 rejected"));
    }

    @Test
    void replacesControlCharacters() {
        String hostile = "\u001b[2J\u009b31m\u202egnp.exe\u2028\u0000\ud800\t" + "x".repeat(200);
        DeviceEntry entry = new DeviceEntry(device("10.0.0.1", hostile, 0, Map.of()), hostile, null);
        List<String> lines = lines(entry);
        assertThat(lines.get(3)).startsWith("  ?[2J?31m?gnp.exe??? x...; HELO ?[2J?31m?gnp.exe??? x...; ");
        assertThat(String.join("", lines).codePoints()).allMatch(point -> point >= ' ' && point < 0x7f);
    }

    @Test
    void printsStableJson() {
        assertThat(json()).isEqualTo("[]");
        DeviceEntry hostile = new DeviceEntry(device("2001:db8::7", "\"\\\n\u001b é", 0, Map.of()), "Büro", null);
        assertThat(json(PRINTER, hostile)).isEqualTo("""
            [
              {"address":"192.168.10.7","name":"2nd floor","helo":"MFP","firstSeenAt":"2026-01-31T23:30:00.000Z",\
            "lastSeenAt":"2026-03-02T07:59:59.000Z","messages":13,"size":1300000,"rejected":3,\
            "recipientsLastDay":12,"recipientsPerDay":500,\
            "today":{"accepted":34,"delivered":33,"failed":1,"rejected":0,"share":100.0},\
            "sevenDays":{"accepted":412,"delivered":207,"failed":5,"rejected":2,"share":100.0},\
            "failing":[{"address":"anna@contoso.exmple","failed":20,"total":20,"reason":"unreachable",\
            "since":"2026-02-28T07:00:00.000Z","lastFailedAt":"2026-03-01T07:00:00.000Z"},\
            {"address":"bob@contoso.example","failed":2,"total":20,"reason":"",\
            "since":"2026-02-28T07:00:00.000Z","lastFailedAt":"2026-03-02T07:00:00.000Z"}],\
            "deviations":{"bare-line-feed":412,"nul":3,"no-date":1}},
              {"address":"2001:db8:0:0:0:0:0:7","name":"B\\u00fcro","helo":"\\"\\\\\\n\\u001B \\u00e9",\
            "firstSeenAt":"2026-01-31T23:30:00.000Z","lastSeenAt":"2026-03-02T07:59:59.000Z","messages":0,\
            "size":0,"rejected":3,"recipientsLastDay":12,"recipientsPerDay":null,\
            "today":{"accepted":0,"delivered":0,"failed":0,"rejected":0,"share":0.0},\
            "sevenDays":{"accepted":0,"delivered":0,"failed":0,"rejected":0,"share":0.0},\
            "failing":[],"deviations":{}}
            ]\
            """);
    }
}
