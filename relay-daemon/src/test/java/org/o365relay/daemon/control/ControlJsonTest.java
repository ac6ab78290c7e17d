package org.o365relay.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
    void givesBackAnOverview() {
        for (QueueSummary overview : List.of(SampleViews.summary(), SampleViews.emptyQueue())) {
            assertThat(SummaryJson.read(JsonObject.parse(ControlJson.text(overview))))
                    .isEqualTo(overview);
        }
    }

    @Test
    void givesBackAPage() {
        for (Page page : List.of(
                new Page(List.of(SampleViews.line(), SampleViews.settled()), new QueueId(9)),
                new Page(List.of(), null))) {
            assertThat(MessageJson.page(JsonObject.parse(ControlJson.text(page))))
                    .isEqualTo(page);
        }
    }

    @Test
    void givesBackADetail() {
        MessageDetail detail = SampleViews.detail();

        assertThat(MessageJson.detail(JsonObject.parse(ControlJson.text(detail))))
                .isEqualTo(detail);
    }

    @Test
    void givesBackAStatus() {
        for (RelayStatus status : List.of(SampleViews.running(), SampleViews.atRest())) {
            assertThat(StatusJson.read(JsonObject.parse(ControlJson.text(status))))
                    .isEqualTo(status);
        }
    }

    @Test
    void givesBackAnEffect() {
        ChangeResult effect = new ChangeResult(1_000_000, 3, "the disk is full; 2 are left");

        assertThat(ChangeJson.result(JsonObject.parse(ControlJson.text(7, effect))))
                .isEqualTo(effect);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void givesBackAChange(Change change) {
        assertThat(ChangeJson.change(JsonObject.parse(ChangeJson.of(change).toString())))
                .isEqualTo(change);
    }

    private static Stream<Change> changes() {
        return Stream.of(
                new Change.Retry(),
                new Change.Hold(),
                new Change.Release(),
                new Change.Bounce(),
                new Change.Delete(),
                new Change.Redirect("second@contoso.example"),
                new Change.Readdress(
                        new EmailAddress("old", "contoso.example"), new EmailAddress("\"a b\"", "contoso.example")));
    }

    @ParameterizedTest
    @MethodSource("selections")
    void givesBackASelection(MessageFilter selection) {
        assertThat(ChangeJson.filter(JsonObject.parse(ChangeJson.of(selection).toString())))
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
    void isAsciiOnOneLineWithoutControlCharacters() {
        assertThat(ControlJson.text(SampleViews.detail()).chars()).allMatch(c -> c >= ' ' && c < 0x7f);
    }

    @Test
    void namesStatesInLowerCaseAndWritesNullForMissingValues() {
        assertThat(ControlJson.text(new Page(List.of(SampleViews.line()), null)))
                .startsWith("{\"messages\":[{\"id\":\"" + SampleViews.ID + "\",\"state\":\"deferred\",\"receivedAt\":"
                        + "\"2026-11-21T12:00:00.123Z\",\"client\":\"192.0.2.17\",\"helo\":\"scanner\"")
                .endsWith("\"settledAt\":null,\"notice\":false}],\"next\":null}");
    }

    @Test
    void writesMailboxesAsAnArrayWithALineForEach() {
        var running = SampleViews.running().running();

        assertThat(ControlJson.mailboxes(running == null ? List.of() : running.mailboxes()))
                .startsWith("[\n  {\"mailbox\":\"relay@contoso.example\",\"state\":\"open\",\"since\":null,")
                .contains("},\n  {\"mailbox\":\"second@contoso.example\",\"state\":\"blocked\",")
                .endsWith("}\n]");
        assertThat(ControlJson.mailboxes(List.of())).isEqualTo("[]");
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
    void refusesWhatIsNoChange(String text) {
        assertThatThrownBy(() -> ChangeJson.change(JsonObject.parse(text))).isInstanceOf(InvalidJsonException.class);
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
    void refusesWhatIsNoSelection(String text) {
        assertThatThrownBy(() -> ChangeJson.filter(JsonObject.parse(text))).isInstanceOf(InvalidJsonException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "\"3\"", "123456789012345678901234567890", "true", "null"})
    void refusesWhatIsNoNumber(String number) {
        JsonObject json = JsonObject.parse("{\"changed\":" + number + ",\"skipped\":0,\"stopped\":\"\"}");

        assertThatThrownBy(() -> ChangeJson.result(json)).isInstanceOf(InvalidJsonException.class);
    }

    @Test
    void refusesANestThatIsTooDeep() {
        String nest = "{\"x\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}";

        assertThatThrownBy(() -> JsonObject.parse(nest)).isInstanceOf(InvalidJsonException.class);
    }
}
