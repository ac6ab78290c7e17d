package org.o365relay.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MarkdownTableTest {

    @Test
    void alignsColumns() {
        MarkdownTable table = new MarkdownTable("server", "p50 ms");
        table.add("o365-relay", "1.4");

        assertThat(table).hasToString("""
                        | server     | p50 ms |
                        | ---------- | ------ |
                        | o365-relay | 1.4    |\
                        """);
    }

    @Test
    void rejectsARowWithTheWrongNumberOfCells() {
        assertThatThrownBy(() -> new MarkdownTable("one", "two").add("1"))
                .hasMessageContaining("number of cells differs from number of headings");
    }
}
