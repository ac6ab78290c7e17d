package org.o365relay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The named statements of `statements.sql` and `inspection.sql`, prepared once for one connection. Used by one thread
/// at a time.
final class Statements {

    private static final String NAME_MARK = "-- name: ";
    private static final Map<String, String> TEXTS = parse(resource("statements.sql"));
    private static final Map<String, String> OF_INSPECTION = parse(resource("inspection.sql"));

    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private long content;

    Statements(Connection connection) {
        this.connection = connection;
    }

    /// @return the statement with its parameters set, ready to execute; valid until it is asked for again
    PreparedStatement with(String name, @Nullable Object... parameters) throws SQLException {
        return set(prepared(name), parameters);
    }

    /// @return a statement with its parameters set, ready to execute, to be closed by the caller
    PreparedStatement with(FilterSql.Query query) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query.text());
        try {
            return set(statement, query.parameters().toArray());
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    private PreparedStatement set(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
            content += parameters[i] instanceof byte[] octets ? octets.length : 0;
        }
        return statement;
    }

    /// Prepares every statement anew when it is asked for next: after an error the driver may have closed it.
    void discardPrepared() {
        prepared.values().forEach(Statements::close);
        prepared.clear();
    }

    private static void close(PreparedStatement statement) {
        try {
            statement.close();
        } catch (SQLException _) {
            // tells once more what went wrong before
        }
    }

    /// @return octets of content given as parameters since it was last asked
    long takeContentOctets() {
        long taken = content;
        content = 0;
        return taken;
    }

    /// @return the text by its name of each statement that a running relay uses
    static Map<String, String> texts() {
        return TEXTS;
    }

    /// @return the text by its name of each statement that looks at a whole queue
    static Map<String, String> inspectionTexts() {
        return OF_INSPECTION;
    }

    /// @return what they are prepared for
    Connection connection() {
        return connection;
    }

    static String resource(String name) {
        try (InputStream in = Statements.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PreparedStatement prepared(String name) throws SQLException {
        PreparedStatement known = prepared.get(name);
        if (known != null) {
            return known;
        }
        String text = TEXTS.getOrDefault(name, OF_INSPECTION.get(name));
        if (text == null) {
            throw new IllegalArgumentException("no statement named " + name);
        }
        PreparedStatement fresh = connection.prepareStatement(text);
        prepared.put(name, fresh);
        return fresh;
    }

    /// @param file texts, each behind a line with its name
    static Map<String, String> parse(String file) {
        return Arrays.stream(file.split(NAME_MARK))
                .skip(1)
                .map(block -> block.split("\n", 2))
                .collect(Collectors.toUnmodifiableMap(parts -> parts[0].strip(), parts -> parts[1].strip()));
    }
}
