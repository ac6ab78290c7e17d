package org.o365relay.daemon.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class JsonTextTest {

    @Test
    void escapesWhatJsonCannotHoldAndWhatIsNotAscii() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("text", "ü ✔ \"quoted\" \\ \r\n\t\0\u007f\u009b\ud800");
        members.put("none", null);
        members.put("list", List.of("a", "\""));
        members.put("number", 42);
        assertThat(JsonText.object(members)).isEqualToIgnoringCase("""
            {
              "text": "\\u00fc \\u2714 \\"quoted\\" \\\\ \\r\\n\\t\\u0000\\u007f\\u009b\\ud800",
              "none": null,
              "list": ["a","\\""],
              "number": 42
            }""");
        assertThat(JsonText.of(members)).startsWith("{\"text\":\"").endsWith(",\"number\":42}");
    }

    @Test
    void givesEachElementOfAnArrayALine() {
        assertThat(JsonText.array(List.of())).isEqualTo("[]");
        assertThat(JsonText.array(List.of(Map.of("a", 1), 2))).isEqualTo("[\n  {\"a\":1},\n  2\n]");
    }
}
