package org.o365relay.queue.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Named SQL statements of one connection, each prepared when it is first used. Must be used by only one thread
/// at a time.
public final class Statements {

    private static final String NAME_PREFIX = "-- name: ";
    private static final Map<String, String> TEXTS = parse(resource(Statements.class, "statements.sql"));

    private final Connection connection;
    private final Map<String, String> additional;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private long content;

    /// Provides the statements of `statements.sql`.
    public Statements(Connection connection) {
        this(connection, Map.of());
    }

    /// @param additional SQL texts of additional statements, by name
    public Statements(Connection connection, Map<String, String> additional) {
        this.connection = connection;
        this.additional = additional;
    }

    /// @return the prepared statement with these parameters set; valid until the next call with the same name
    public PreparedStatement with(String name, @Nullable Object... parameters) throws SQLException {
        return set(prepared(name), parameters);
    }

    /// Reads the current row of a result.
    @FunctionalInterface
    public interface RowMapper<T extends @Nullable Object> {
        T map(ResultSet row) throws SQLException;
    }

    /// @return all rows, in a mutable list
    public <T> List<T> list(String name, RowMapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        return list(with(name, parameters), mapper);
    }

    private static <T> List<T> list(PreparedStatement statement, RowMapper<T> mapper) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (row.next()) {
                rows.add(mapper.map(row));
            }
            return rows;
        }
    }

    /// @return the first row; empty if there is none
    public <T> Optional<T> first(String name, RowMapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        try (ResultSet row = with(name, parameters).executeQuery()) {
            return row.next() ? Optional.of(mapper.map(row)) : Optional.empty();
        }
    }

    /// @return the first column of the first row; 0 if it is NULL or there is no row
    public long number(String name, @Nullable Object... parameters) throws SQLException {
        return first(name, row -> row.getLong(1), parameters).orElse(0L);
    }

    /// @return the number of rows changed
    public int update(String name, @Nullable Object... parameters) throws SQLException {
        return with(name, parameters).executeUpdate();
    }

    /// @return all rows of a query that is prepared for this call only
    <T> List<T> list(FilterSql.Query query, RowMapper<T> mapper) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query.text())) {
            return list(set(statement, query.parameters().toArray()), mapper);
        }
    }

    private PreparedStatement set(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
            content += parameters[i] instanceof byte[] octets ? octets.length : 0;
        }
        return statement;
    }

    /// Discards the prepared statements, because the driver may have closed them after an error.
    public void discardPrepared() {
        prepared.values().forEach(Statements::close);
        prepared.clear();
    }

    private static void close(PreparedStatement statement) {
        try {
            statement.close();
        } catch (SQLException _) {
            // closing a failed statement throws its error again
        }
    }

    /// @return total size, in octets, of the binary parameters set since this method was last called
    long takeContentOctets() {
        long taken = content;
        content = 0;
        return taken;
    }

    /// @return the SQL texts of `statements.sql`, by name
    public static Map<String, String> texts() {
        return TEXTS;
    }

    public Connection connection() {
        return connection;
    }

    /// @return the text of a resource file in the package of `owner`
    public static String resource(Class<?> owner, String name) {
        try (InputStream in = owner.getResourceAsStream(name)) {
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
        String text = TEXTS.getOrDefault(name, additional.get(name));
        if (text == null) {
            throw new IllegalArgumentException("no statement named " + name);
        }
        PreparedStatement statement = connection.prepareStatement(text);
        prepared.put(name, statement);
        return statement;
    }

    /// @param file text of a file that contains SQL statements, each preceded by a line `-- name: NAME`
    /// @return the SQL texts by name
    public static Map<String, String> parse(String file) {
        return Arrays.stream(file.split(NAME_PREFIX))
                .skip(1)
                .map(block -> block.split("\n", 2))
                .collect(Collectors.toUnmodifiableMap(parts -> parts[0].strip(), parts -> parts[1].strip()));
    }
}
