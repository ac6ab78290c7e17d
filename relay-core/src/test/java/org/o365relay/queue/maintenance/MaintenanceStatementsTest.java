package org.o365relay.queue.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.queue.jdbc.QueueFixture;

class MaintenanceStatementsTest {

    @TempDir
    private Path directory;

    /// Otherwise a check of a million messages would take days.
    @Test
    void noInspectionReadsAWholeTableForEachRow() throws SQLException {
        try (QueueFixture fixture = new QueueFixture(directory)) {
            fixture.queue();
            noneReadsAWholeTableForEachRow(fixture);
        }
    }

    private static void noneReadsAWholeTableForEachRow(QueueFixture fixture) throws SQLException {
        try (Connection connection = fixture.connection()) {
            for (Map.Entry<String, String> text : MaintenanceStatements.texts().entrySet()) {
                List<String> plan = QueueFixture.plan(connection, text.getValue());
                for (int i = 0; i + 1 < plan.size(); i++) {
                    if (plan.get(i).startsWith("CORRELATED")) {
                        assertThat(plan.get(i + 1)).as(text.getKey()).startsWith("SEARCH");
                    }
                }
                assertThat(plan).as(text.getKey()).noneMatch(step -> step.contains("MULTI-INDEX OR"));
            }
        }
    }
}
