package org.o365relay.daemon.control;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.RelayStatus;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

class ControlJsonTest {

    @Test
    void readsBackASummary() {
        for (QueueSummary overview : List.of(SampleViews.summary(), SampleViews.emptyQueue())) {
            assertThat(ControlJson.read(ControlJson.toJson(overview), QueueSummary.class))
                    .isEqualTo(overview);
        }
    }

    @Test
    void readsBackAPage() {
        for (Page page : List.of(
                new Page(List.of(SampleViews.line(), SampleViews.settled()), new QueueId(9)),
                new Page(List.of(), null))) {
            assertThat(ControlJson.read(ControlJson.toJson(page), Page.class)).isEqualTo(page);
        }
    }

    @Test
    void readsBackAMessageDetail() {
        MessageDetail detail = SampleViews.detail();

        assertThat(ControlJson.read(ControlJson.toJson(detail), MessageDetail.class))
                .isEqualTo(detail);
    }

    @Test
    void readsBackAStatus() {
        for (RelayStatus status : List.of(SampleViews.running(), SampleViews.atRest())) {
            assertThat(ControlJson.read(ControlJson.toJson(status), RelayStatus.class))
                    .isEqualTo(status);
        }
    }

    @Test
    void readsBackAReloadResult() {
        assertThat(ControlJson.read(ControlJson.toJson(SampleViews.reload()), ReloadResult.class))
                .isEqualTo(SampleViews.reload());
    }

    @Test
    void readsBackAChangeResult() {
        ChangeResult effect = new ChangeResult(1_000_000, 3, "the disk is full; 2 are left");

        assertThat(ControlJson.read(ControlJson.toJson(7, 3, 2, effect), ChangeResult.class))
                .isEqualTo(effect);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void readsBackAChange(Change change) {
        assertThat(ControlJson.read(ControlJson.toJson(change), Change.class)).isEqualTo(change);
    }

    private static Stream<Change> changes() {
        return Stream.of(
                new Change.Retry(),
                new Change.Hold(),
                new Change.Release(),
                new Change.Bounce(),
                new Change.Delete(),
                new Change.Resend(null, null),
                new Change.Resend(new EmailAddress("anna", "contoso.example"), "pool"),
                new Change.Redirect("second@contoso.example"),
                new Change.Readdress(
                        new EmailAddress("old", "contoso.example"), new EmailAddress("\"a b\"", "contoso.example")));
    }

    @ParameterizedTest
    @MethodSource("selections")
    void readsBackAFilter(MessageFilter selection) {
        assertThat(ControlJson.read(ControlJson.toJson(selection), MessageFilter.class))
                .isEqualTo(selection);
    }

    private static Stream<MessageFilter> selections() {
        return Stream.of(
                MessageFilter.ALL,
                MessageFilter.of(List.of(new QueueId(1), new QueueId(Long.MAX_VALUE))),
                new MessageFilter(
                        List.of(SampleViews.ID),
                        Set.of(MessageState.HELD, MessageState.QUEUED),
                        SampleViews.NOON,
                        SampleViews.NOON.plusSeconds(1),
                        "192.0.2.17",
                        "",
                        "*@fabrikam.example",
                        "relay@contoso.example",
                        "mailbox-full",
                        "Rechnung für",
                        "<1@x>",
                        new QueueId(99)));
    }

    @Test
    void writesAsciiOnOneLineWithoutControlCharacters() {
        assertThat(ControlJson.toJson(SampleViews.detail()).chars()).allMatch(c -> c >= ' ' && c < 0x7f);
    }

    @Test
    void namesStatesInLowerCaseAndWritesNullForMissingValues() {
        assertThat(ControlJson.toJson(new Page(List.of(SampleViews.line()), null)))
                .startsWith("{\"messages\":[{\"id\":\"" + SampleViews.ID + "\",\"state\":\"deferred\",\"receivedAt\":"
                        + "\"2026-11-21T12:00:00.123Z\",\"client\":\"192.0.2.17\",\"helo\":\"scanner\"")
                .endsWith("\"settledAt\":null,\"notice\":false}],\"next\":null}");
    }

    @Test
    void writesMailboxesAsAnArrayWithOneLineEach() {
        var running = SampleViews.running().running();

        assertThat(ControlJson.lines(running == null ? List.of() : running.mailboxes()))
                .startsWith("[\n  {\"mailbox\":\"relay@contoso.example\",\"state\":\"open\",\"since\":null,")
                .contains("},\n  {\"mailbox\":\"second@contoso.example\",\"state\":\"blocked\",")
                .endsWith("}\n]");
        assertThat(ControlJson.lines(List.of())).isEqualTo("[]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{} {}",
                "{\"name\":1}",
                "{\"name\":\"explode\"}",
                "{\"name\":\"redirect\"}",
                "{\"name\":\"readdress\",\"from\":\"a b\",\"to\":\"c\"}",
                "{\"name\":\"retry\"",
                "\u0000"
            })
    void rejectsAnInvalidChange(String text) {
        assertThatThrownBy(() -> ControlJson.read(text, Change.class)).isInstanceOf(InvalidJsonException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":\"1\"}",
                "{\"ids\":[1]}",
                "{\"ids\":[\"U\"]}",
                "{\"states\":[\"lost\"]}",
                "{\"after\":\"yesterday\"}",
                "{\"sender\":{}}",
                "{\"upTo\":-1}"
            })
    void rejectsAnInvalidFilter(String text) {
        assertThatThrownBy(() -> ControlJson.read(text, MessageFilter.class)).isInstanceOf(InvalidJsonException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "\"3\"", "123456789012345678901234567890", "true", "null"})
    void rejectsAnInvalidNumber(String number) {
        String json = "{\"changed\":" + number + ",\"skipped\":0,\"stopped\":\"\"}";

        assertThatThrownBy(() -> ControlJson.read(json, ChangeResult.class)).isInstanceOf(InvalidJsonException.class);
    }

    @Test
    void rejectsTooDeepNesting() {
        String nest = "{\"x\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}";

        assertThatThrownBy(() -> ControlJson.read(nest, ChangeResult.class)).isInstanceOf(InvalidJsonException.class);
    }

    private record Sample(String text, @Nullable String none, List<String> list, int number) {}

    @Test
    void escapesControlAndNonAsciiCharacters() {
        Sample sample = new Sample("ü ✔ \"quoted\" \\ \r\n\t\0\u007f\u009b\ud800", null, List.of("a", "\""), 42);

        assertThat(ControlJson.lines(sample)).isEqualTo("""
            {
              "text": "\\u00fc \\u2714 \\"quoted\\" \\\\ \\r\\n\\t\\u0000\\u007f\\u009b\\ud800",
              "none": null,
              "list": ["a","\\""],
              "number": 42
            }\
            """);
        assertThat(ControlJson.toJson(sample)).startsWith("{\"text\":\"").endsWith(",\"number\":42}");
    }

    @Test
    void writesEachElementOfAnArrayOnItsOwnLine() {
        assertThat(ControlJson.lines(List.of())).isEqualTo("[]");
        assertThat(ControlJson.lines(List.of(Map.of("a", 1), 2))).isEqualTo("[\n  {\"a\":1},\n  2\n]");
    }

    /// Programs depend on every name and on the format of every value. A name to the left tells what the line
    /// is.
    @Test
    void keepsMemberNamesAndFormatsStable() throws IOException {
        assertThat(samples().map(sample -> sample + "\n").collect(joining()))
                .isEqualTo(new String(
                        requireNonNull(ControlJsonTest.class.getResourceAsStream("samples.txt"))
                                .readAllBytes(),
                        StandardCharsets.US_ASCII));
    }

    private static Stream<String> samples() {
        RelayStatus status = SampleViews.running();
        MessageFilter filter = new MessageFilter(
                List.of(SampleViews.ID),
                Set.of(MessageState.HELD),
                SampleViews.NOON,
                SampleViews.NOON.plusSeconds(1),
                "192.0.2.17",
                "",
                "*@fabrikam.example",
                "relay@contoso.example",
                "mailbox-full",
                "Rechnung für",
                "<1@x>",
                new QueueId(99));
        String program = "o365-relay 0.1.0";
        return Stream.of(
                "summary: " + ControlJson.toJson(SampleViews.summary()),
                "empty summary: " + ControlJson.toJson(SampleViews.emptyQueue()),
                "page: "
                        + ControlJson.toJson(
                                new Page(List.of(SampleViews.line(), SampleViews.settled()), new QueueId(9))),
                "message: " + ControlJson.toJson(SampleViews.detail()),
                "messages: " + ControlJson.toJson(List.of(SampleViews.detail()), null),
                "change result: " + ControlJson.toJson(7, 3, 2, new ChangeResult(5, 1, "")),
                "status: " + ControlJson.toJson(status),
                "status at rest: " + ControlJson.toJson(SampleViews.atRest()),
                "probes: " + ControlJson.toJson(FakeControl.PROBES),
                "change: " + ControlJson.toJson(new Change.Retry()),
                "change: " + ControlJson.toJson(new Change.Redirect("pool")),
                "change: "
                        + ControlJson.toJson(new Change.Readdress(
                                new EmailAddress("a", "x.example"), new EmailAddress("b", "y.example"))),
                "filter: " + ControlJson.toJson(MessageFilter.ALL),
                "filter: " + ControlJson.toJson(filter),
                "request: "
                        + Protocol.request(
                                program, new Request.Find(MessageFilter.ALL, Page.Order.OLDEST_FIRST, null, 7)),
                "error: "
                        + ControlJson.toJson(ControlResponse.error(
                                program, new ControlException(ControlException.Kind.BAD_REQUEST, "no"))),
                "result: " + ControlJson.toJson(ControlResponse.result(program, new ControlResponse.Pause(true))));
    }
}
