package org.o365relay.daemon.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class JsonObjectTest {

    @Test
    void escapesWhatJsonCannotHoldAndKeepsTheRest() {
        JsonObject object = new JsonObject()
                .with("text", "ü ✔ \"quoted\" \\ \r\n\t\0\u007f\ud800")
                .with("none", (String) null)
                .with("list", List.of("a", "\""))
                .with("number", 42);
        assertThat(object).hasToString("""
            {
              "text": "ü ✔ \\"quoted\\" \\\\ \\r\\n\\t\\u0000\\u007f\\ud800",
              "none": null,
              "list": ["a", "\\""],
              "number": 42
            }
            """);
    }
}
