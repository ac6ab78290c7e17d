package org.o365relay.config.hocon;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The file being read. Parses its settings and reports invalid ones to [Problems].
public record Source(FilePosition file, Substitutions substitutions, KnownKeys known, Problems problems) {

    /// @return the parsed value; empty if invalid
    public <T> Optional<T> parse(Setting setting, ValueParser<T> parser) {
        return switch (resolved(setting).then(found -> parser.parse(found.value()))) {
            case Parsed.Ok<T>(T value) -> Optional.of(value);
            case Parsed.Invalid<T>(String message) -> {
                reportProblem(setting, message + origin(setting));
                yield Optional.empty();
            }
        };
    }

    /// @return the values of a section; empty if the setting is not a section
    public Optional<Layer> layer(Setting setting) {
        return parse(
                setting,
                value -> value instanceof ConfigObject section
                        ? new Parsed.Ok<>(new Layer(setting.path(), section, position(setting)))
                        : new Parsed.Invalid<>("must be a section: { … }"));
    }

    /// @return the elements of a list; empty if the setting is not a list
    public List<Setting> elements(Setting setting) {
        Optional<ConfigList> list = parse(
                setting,
                value -> value instanceof ConfigList elements
                        ? new Parsed.Ok<>(elements)
                        : new Parsed.Invalid<>("must be a list: [ … ]"));
        FilePosition enclosing = position(setting);
        return list.stream()
                .flatMap(elements -> IntStream.range(0, elements.size())
                        .mapToObj(i -> new Setting(setting.path() + "[" + i + "]", elements.get(i), enclosing)))
                .toList();
    }

    public void reportProblem(Setting setting, String message) {
        problems.addProblem(position(setting), setting.path(), message);
    }

    public void reportWarning(Setting setting, String message) {
        problems.addWarning(position(setting), setting.path(), message);
    }

    /// Returns the position of a setting. A value from the environment has the position of its `${NAME}` in the
    /// file.
    public FilePosition position(Setting setting) {
        return position(setting.value().origin())
                .or(() -> substitutions.origin(setting.path()).flatMap(Source::position))
                .orElse(setting.enclosing());
    }

    /// @return the position; empty if the value is not from a file, or is merged from several files
    private static Optional<FilePosition> position(ConfigOrigin origin) {
        return Optional.ofNullable(origin.filename())
                .filter(name -> origin.lineNumber() > 0 && !name.startsWith("merge of "))
                .map(name -> new FilePosition(name, origin.lineNumber()));
    }

    private static Parsed<Setting> resolved(Setting setting) {
        return Substitutions.unresolved(setting.value()).stream()
                .findFirst()
                .<Parsed<Setting>>map(name -> new Parsed.Invalid<>(
                        "${%1$s} has no value; set the environment variable %1$s, or define it in the file"
                                .formatted(name)))
                .orElseGet(() -> new Parsed.Ok<>(setting));
    }

    private static String origin(Setting setting) {
        String description = setting.value().origin().description();
        return description.startsWith(Hocon.ENVIRONMENT) ? " (it comes from " + description + ")" : "";
    }
}
