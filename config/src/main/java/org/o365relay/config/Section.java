package org.o365relay.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A section `{ … }` being read: values by key.
///
/// A value is looked for in the operator's layers, then among the defaults of `reference.conf`, which names every
/// key there is. A value that cannot be read is reported and replaced by its default, so that reading goes on.
final class Section {

    private static final ConfigValue NOTHING = ConfigValueFactory.fromAnyRef(null, "nowhere");

    private final String path;
    private final FilePosition place;
    private final List<Layer> written;
    private final Layer reference;
    private final Source source;

    /// @param place of the section, for what is missing in it
    /// @param written what the operator wrote, strongest first; may be empty
    Section(String path, FilePosition place, List<Layer> written, Layer reference, Source source) {
        this.path = path;
        this.place = place;
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

    /// @return what the operator wrote for this key, right or wrong
    Optional<Setting> written(String key) {
        if (!reference.values().containsKey(key)) {
            throw new IllegalStateException(reference.path() + "." + key + " is not in reference.conf");
        }
        return written.stream().flatMap(layer -> layer.setting(key).stream()).findFirst();
    }

    /// A key that has a default.
    <T> T value(String key, ValueParser<T> kind) {
        return optional(key, kind).or(() -> source.parse(standard(key), kind)).orElseThrow();
    }

    /// A key that may be absent.
    ///
    /// @return empty also if the value is wrong
    <T> Optional<T> optional(String key, ValueParser<T> kind) {
        return written(key).flatMap(setting -> source.parse(setting, kind));
    }

    /// A key that has a default, for a check that makes no sense on the default of a wrong value.
    ///
    /// @return empty if the value is wrong
    <T> Optional<T> sound(String key, ValueParser<T> kind) {
        return written(key).isPresent() ? optional(key, kind) : Optional.of(value(key, kind));
    }

    /// A list of plain values, without those that are wrong.
    <T> List<T> list(String key, ValueParser<T> kind) {
        return elements(key).stream()
                .flatMap(element -> source.parse(element, kind).stream())
                .toList();
    }

    /// The elements of a list, one by one.
    List<Setting> elements(String key) {
        return source.elements(written(key).orElseGet(() -> standard(key)));
    }

    /// @return whether the operator wrote a list for this key, and not something else
    boolean isWrittenAsList(String key) {
        return written(key)
                .filter(setting -> setting.value() instanceof ConfigList)
                .isPresent();
    }

    /// A section in this one.
    Section section(String key) {
        List<Layer> layers = layers(key);
        FilePosition inside = layers.stream().map(Layer::place).findFirst().orElse(place);
        return new Section(path + "." + key, inside, layers, defaults(key), source);
    }

    /// What the operator wrote for a section, strongest first.
    List<Layer> layers(String key) {
        return written.stream()
                .flatMap(layer -> layer.setting(key).stream())
                .flatMap(setting -> source.layer(setting).stream())
                .toList();
    }

    /// What `reference.conf` says for a section.
    Layer defaults(String key) {
        return source.layer(standard(key)).orElseThrow();
    }

    /// What `reference.conf` has as the only element of a list of sections.
    Layer defaultElement(String key) {
        return source.layer(source.elements(standard(key)).getFirst()).orElseThrow();
    }

    /// A section that is an element of a list.
    ///
    /// @param beneath layers for what the element leaves out
    /// @return empty if the element is no section
    Optional<Section> element(Setting element, List<Layer> beneath, Layer defaults) {
        return source.layer(element).map(layer -> {
            List<Layer> layers =
                    Stream.concat(Stream.of(layer), beneath.stream()).toList();
            return new Section(element.path(), layer.place(), layers, defaults, source);
        });
    }

    /// @return the first variable in a value of this key that came to nothing: `RELAY_PASSWORD` for
    ///     `${?RELAY_PASSWORD}`
    Optional<String> unsetVariable(String key) {
        return written.stream()
                .flatMap(layer -> source.substitutions().names(layer.path() + "." + key).stream())
                .findFirst();
    }

    /// The key has a wrong value, or should have one.
    void problem(String key, String message) {
        source.problem(settingOrGap(key), message);
    }

    void warning(String key, String message) {
        source.warning(settingOrGap(key), message);
    }

    /// What is written for this key in this section itself; else a gap in it, for a message that is not about what
    /// other sections have in common with this one.
    Setting here(String key) {
        return written(key)
                .filter(setting -> setting.path().equals(path + "." + key))
                .orElseGet(() -> new Setting(path + "." + key, NOTHING, place));
    }

    /// The key as written; else its place among what is written, so that a message has a line.
    private Setting settingOrGap(String key) {
        return written(key).orElseGet(() -> {
            String at = written.stream()
                    .map(layer -> layer.path() + "." + key)
                    .filter(candidate ->
                            source.substitutions().origin(candidate).isPresent())
                    .findFirst()
                    .orElse(path + "." + key);
            return new Setting(at, NOTHING, place);
        });
    }

    private Setting standard(String key) {
        return reference.setting(key).orElseThrow();
    }
}
