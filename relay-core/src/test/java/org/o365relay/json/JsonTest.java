package org.o365relay.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

class JsonTest {

    record Sample(
            String text,
            long number,
            boolean isTrue,
            List<String> texts,
            Instant time,
            QueueId id,
            EmailAddress address,
            Size size,
            @Nullable Integer count,
            Shape shape) {

        boolean isSmall() {
            return size == Size.VERY_SMALL;
        }
    }

    enum Size {
        VERY_SMALL,
        LARGE
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
    sealed interface Shape {
        record Point() implements Shape {}

        record LongLine(int length) implements Shape {}
    }

    private static final Sample SAMPLE = new Sample(
            "ü \"quoted\" \\ \n \u001b",
            3_000_000_000L,
            true,
            List.of("a", "b"),
            Instant.parse("2026-11-21T12:00:00Z"),
            new QueueId(9),
            new EmailAddress("scan", "contoso.example"),
            Size.VERY_SMALL,
            null,
            new Shape.LongLine(3));

    private static final String TEXT =
            "{\"text\":\"ü \\\"quoted\\\" \\\\ \\n \\u001B\",\"number\":3000000000,\"isTrue\":true,"
                    + "\"texts\":[\"a\",\"b\"],\"time\":\"2026-11-21T12:00:00Z\",\"id\":\"0000000000009\","
                    + "\"address\":\"scan@contoso.example\",\"size\":\"very-small\",\"count\":null,"
                    + "\"shape\":{\"name\":\"long-line\",\"length\":3}}";

    @Test
    void writesTheComponentsOfARecordInOrder() {
        assertThat(Json.text(SAMPLE)).isEqualTo(TEXT);
    }

    @Test
    void readsWhatItWrites() {
        assertThat(Json.read(TEXT, Sample.class)).contains(SAMPLE);
        assertThat(Json.read(TEXT.getBytes(StandardCharsets.UTF_8), Sample.class))
                .contains(SAMPLE);
    }

    @Test
    void ignoresUnknownMembers() {
        assertThat(Json.read(TEXT.replaceFirst("\\{", "{\"more\":{\"x\":[1]},"), Sample.class))
                .contains(SAMPLE);
    }

    @Test
    void acceptsAMissingMemberIfItIsAListOrNullable() {
        String text = TEXT.replace("\"count\":null,", "").replace("\"texts\":[\"a\",\"b\"],", "");

        assertThat(Json.read(text, Sample.class)).hasValueSatisfying(sample -> {
            assertThat(sample.texts()).isEmpty();
            assertThat(sample.count()).isNull();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"number\":3000000000|\"number\":3.5",
                "\"number\":3000000000|\"number\":\"3\"",
                "\"number\":3000000000|\"number\":123456789012345678901234567890",
                "\"number\":3000000000|\"number\":null",
                "\"number\":3000000000,|",
                "\"isTrue\":true|\"isTrue\":1",
                "\"isTrue\":true,|",
                "\"texts\":[\"a\",\"b\"]|\"texts\":[1]",
                "\"texts\":[\"a\",\"b\"]|\"texts\":[null]",
                "\"texts\":[\"a\",\"b\"]|\"texts\":\"a\"",
                "\"time\":\"2026-11-21T12:00:00Z\"|\"time\":\"yesterday\"",
                "\"time\":\"2026-11-21T12:00:00Z\"|\"time\":1",
                "\"id\":\"0000000000009\"|\"id\":9",
                "\"id\":\"0000000000009\"|\"id\":null",
                "\"id\":\"0000000000009\",|",
                "\"address\":\"scan@contoso.example\"|\"address\":\"a b\"",
                "\"size\":\"very-small\"|\"size\":0",
                "\"size\":\"very-small\"|\"size\":\"VERY_SMALL\"",
                "\"name\":\"long-line\"|\"name\":\"circle\"",
                "\"name\":\"long-line\",|",
                "}}|}",
                "{\"text\"|[{\"text\""
            })
    void refusesInvalidMembers(String change) {
        String[] fromTo = change.split("\\|", -1);
        assertThat(TEXT).contains(fromTo[0]);

        assertThat(Json.read(TEXT.replace(fromTo[0], fromTo[1]), Sample.class)).isEmpty();
    }

    record Foreign(
            String id,
            @Nullable String name,
            List<Part> parts,
            @Nullable Part last) {}

    record Part(String text) {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"id":"1","name":5}                          | Foreign[id=1, name=null, parts=[], last=null]
        {"id":"1","name":{"a":[1]},"parts":"x"}      | Foreign[id=1, name=null, parts=[], last=null]
        {"name":[],"parts":{},"last":7,"id":"1"}     | Foreign[id=1, name=null, parts=[], last=null]
        {"id":"1","parts":[{"text":"a"},7,null,{"text":8},{},{"text":"b"}]} \
                                                     | Foreign[id=1, name=null, parts=[Part[text=a], Part[text=b]], last=null]
        {"id":"1","name":"n","last":{"text":[]}}     | Foreign[id=1, name=n, parts=[], last=null]
        {"id":"1","name":"n","last":{}}              | Foreign[id=1, name=n, parts=[], last=null]
        """)
    void aForeignMemberThatCannotBeReadCountsAsMissing(String text, String read) {
        assertThat(Json.readLeniently(text.getBytes(StandardCharsets.UTF_8), Foreign.class))
                .map(Foreign::toString)
                .contains(read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\":5}", "{\"name\":5}", "{}", "[]", "null", "", "{\"id\":\"1\"", "<html>"})
    void refusesAForeignObjectWithoutARequiredMember(String text) {
        assertThat(Json.readLeniently(text.getBytes(StandardCharsets.UTF_8), Foreign.class))
                .isEmpty();
    }

    @Test
    void refusesAForeignArrayOfUnreadableElements() {
        String text = "{\"id\":\"1\",\"parts\":[" + "7,".repeat(100_000) + "7]}";

        assertThat(Json.readLeniently(text.getBytes(StandardCharsets.UTF_8), Foreign.class))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "[]", "7", "\"text\"", "{", "\u0000", "<html>"})
    void refusesTextThatIsNotAnObject(String text) {
        assertThat(Json.read(text, Sample.class)).isEmpty();
        assertThat(Json.read(text.getBytes(StandardCharsets.UTF_8), Sample.class))
                .isEmpty();
    }

    @Test
    void refusesDeepNesting() {
        String nested = "[".repeat(30_000) + "]".repeat(30_000);

        assertThat(Json.read(TEXT.replaceFirst("\\{", "{\"more\":" + nested + ","), Sample.class))
                .isEmpty();
    }
}
