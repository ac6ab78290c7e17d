package org.o365relay.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A section `{ … }` of the configuration: values by key.
///
/// A value is taken from the operator's layers, or else from `reference.conf`, which contains every key. An
/// invalid value is reported and replaced by its default, so that all problems of a file are found.
final class Section {

    private static final ConfigValue NOTHING = ConfigValueFactory.fromAnyRef(null, "nowhere");

    private final String path;
    private final FilePosition position;
    private final List<Layer> written;
    private final Layer reference;
    private final Source source;

    /// @param position position of the section, reported for missing keys
    /// @param written layers that the operator wrote, highest precedence first; may be empty
    Section(String path, FilePosition position, List<Layer> written, Layer reference, Source source) {
        this.path = path;
        this.position = position;
        this.written = List.copyOf(written);
        this.reference = reference;
        this.source = source;
        written.forEach(layer -> source.known().reportUnknown(layer, reference, source));
    }

    String path() {
        return path;
    }

    Source source() {
        return source;
    }

    /// @return the value that the operator set, valid or not
    Optional<Setting> written(String key) {
        if (!reference.values().containsKey(key)) {
            throw new IllegalStateException(reference.path() + "." + key + " is not in reference.conf");
        }
        return written.stream().flatMap(layer -> layer.setting(key).stream()).findFirst();
    }

    /// The value of a key that has a default.
    <T> T value(String key, ValueParser<T> parser) {
        return optional(key, parser)
                .or(() -> source.parse(standard(key), parser))
                .orElseThrow();
    }

    /// The value of a key that may be missing.
    ///
    /// @return the value; empty if missing or invalid
    <T> Optional<T> optional(String key, ValueParser<T> parser) {
        return written(key).flatMap(setting -> source.parse(setting, parser));
    }

    /// The value of a key that has a default. Unlike [#value], never falls back to that default for an invalid
    /// value.
    ///
    /// @return the value; empty if invalid
    <T> Optional<T> valueIfValid(String key, ValueParser<T> parser) {
        return written(key).isPresent() ? optional(key, parser) : Optional.of(value(key, parser));
    }

    /// The valid elements of a list.
    <T> List<T> list(String key, ValueParser<T> parser) {
        return elements(key).stream()
                .flatMap(element -> source.parse(element, parser).stream())
                .toList();
    }

    /// The elements of a list, not yet parsed.
    List<Setting> elements(String key) {
        return source.elements(written(key).orElseGet(() -> standard(key)));
    }

    /// @return whether the operator set the key to a list
    boolean isSetToList(String key) {
        return written(key)
                .filter(setting -> setting.value() instanceof ConfigList)
                .isPresent();
    }

    /// A section inside this one.
    Section section(String key) {
        List<Layer> layers = layers(key);
        FilePosition inside = layers.stream().map(Layer::position).findFirst().orElse(position);
        return new Section(path + "." + key, inside, layers, defaults(key), source);
    }

    /// The layers that the operator wrote for a section, highest precedence first.
    List<Layer> layers(String key) {
        return written.stream()
                .flatMap(layer -> layer.setting(key).stream())
                .flatMap(setting -> source.layer(setting).stream())
                .toList();
    }

    /// The defaults of a section.
    Layer defaults(String key) {
        return source.layer(standard(key)).orElseThrow();
    }

    /// The defaults of the elements of a list of sections.
    Layer defaultElement(String key) {
        return source.layer(source.elements(standard(key)).getFirst()).orElseThrow();
    }

    /// A section that is an element of a list.
    ///
    /// @param inherited layers for keys that the element does not set
    /// @return the section; empty if the element is not a section
    Optional<Section> element(Setting element, List<Layer> inherited, Layer defaults) {
        return source.layer(element).map(layer -> {
            List<Layer> layers =
                    Stream.concat(Stream.of(layer), inherited.stream()).toList();
            return new Section(element.path(), layer.position(), layers, defaults, source);
        });
    }

    /// The first variable that the value of a key refers to. If the key has no value, this variable is not set.
    ///
    /// @return the name, for example `RELAY_PASSWORD` for `${?RELAY_PASSWORD}`; empty if there is no variable
    Optional<String> unsetVariable(String key) {
        return written.stream()
                .flatMap(layer -> source.substitutions().names(layer.path() + "." + key).stream())
                .findFirst();
    }

    /// Reports a wrong or missing value.
    void problem(String key, String message) {
        source.problem(settingOrPlaceholder(key), message);
    }

    void warning(String key, String message) {
        source.warning(settingOrPlaceholder(key), message);
    }

    /// The value of this key in this section itself, or a placeholder if the value is missing or inherited. Use
    /// it for problems of this section only, not of the defaults that it shares with other sections.
    Setting here(String key) {
        return written(key)
                .filter(setting -> setting.path().equals(path + "." + key))
                .orElseGet(() -> new Setting(path + "." + key, NOTHING, position));
    }

    /// The value of this key or, if it is missing, a placeholder with the path and position to report.
    private Setting settingOrPlaceholder(String key) {
        return written(key).orElseGet(() -> {
            String at = written.stream()
                    .map(layer -> layer.path() + "." + key)
                    .filter(candidate ->
                            source.substitutions().origin(candidate).isPresent())
                    .findFirst()
                    .orElse(path + "." + key);
            return new Setting(at, NOTHING, position);
        });
    }

    private Setting standard(String key) {
        return reference.setting(key).orElseThrow();
    }
}
