package org.o365relay.config.hocon;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A section `{ … }` of the configuration, which contains values by key.
///
/// A value is taken from the first of the operator's layers that sets the key, otherwise from the reference
/// layer, which contains every known key (usually a section of `reference.conf`). An invalid value is reported,
/// and reading continues with the default or without the value, so that all problems in a file are found.
public final class Section {

    private static final ConfigValue NULL_VALUE = ConfigValueFactory.fromAnyRef(null, "nowhere");

    private final String path;
    private final FilePosition position;
    private final List<Layer> configured;
    private final Layer reference;
    private final Source source;

    /// @param position position of the section, which is reported for missing keys
    /// @param configured layers that the operator wrote, highest precedence first; may be empty
    public Section(String path, FilePosition position, List<Layer> configured, Layer reference, Source source) {
        this.path = path;
        this.position = position;
        this.configured = List.copyOf(configured);
        this.reference = reference;
        this.source = source;
        configured.forEach(layer -> source.known().reportUnknown(layer, reference, source));
    }

    public String path() {
        return path;
    }

    public Source source() {
        return source;
    }

    /// @return the value that the operator set, valid or not
    public Optional<Setting> configured(String key) {
        if (!reference.values().containsKey(key)) {
            throw new IllegalStateException(reference.path() + "." + key + " is not in reference.conf");
        }
        return configured.stream().flatMap(layer -> layer.setting(key).stream()).findFirst();
    }

    /// Returns the value of a key that has a default. An invalid value is reported and replaced by the default.
    public <T> T value(String key, ValueParser<T> parser) {
        return optional(key, parser)
                .or(() -> source.parse(defaultSetting(key), parser))
                .orElseThrow();
    }

    /// Returns the value of a key that may be missing.
    ///
    /// @return the value; empty if it is missing or invalid
    public <T> Optional<T> optional(String key, ValueParser<T> parser) {
        return configured(key).flatMap(setting -> source.parse(setting, parser));
    }

    /// Returns the value of a key that has a default. Unlike [#value], does not replace an invalid value with
    /// the default.
    ///
    /// @return the value; empty if it is invalid
    public <T> Optional<T> valueIfValid(String key, ValueParser<T> parser) {
        return configured(key).isPresent() ? optional(key, parser) : Optional.of(value(key, parser));
    }

    /// Returns the valid elements of a list.
    public <T> List<T> list(String key, ValueParser<T> parser) {
        return elements(key).stream()
                .flatMap(element -> source.parse(element, parser).stream())
                .toList();
    }

    /// Returns all elements of a list, unparsed.
    public List<Setting> elements(String key) {
        return source.elements(configured(key).orElseGet(() -> defaultSetting(key)));
    }

    /// @return whether the operator set the key to a list
    public boolean isSetToList(String key) {
        return configured(key)
                .filter(setting -> setting.value() instanceof ConfigList)
                .isPresent();
    }

    /// Returns a section inside this section.
    public Section section(String key) {
        List<Layer> layers = layers(key);
        FilePosition inside = layers.stream().map(Layer::position).findFirst().orElse(position);
        return new Section(path + "." + key, inside, layers, defaults(key), source);
    }

    /// Returns the layers that the operator wrote for a section, highest precedence first.
    public List<Layer> layers(String key) {
        return configured.stream()
                .flatMap(layer -> layer.setting(key).stream())
                .flatMap(setting -> source.layer(setting).stream())
                .toList();
    }

    /// Returns the defaults of a section.
    public Layer defaults(String key) {
        return source.layer(defaultSetting(key)).orElseThrow();
    }

    /// Returns the defaults of each element in a list of sections.
    public Layer defaultElement(String key) {
        return source.layer(source.elements(defaultSetting(key)).getFirst()).orElseThrow();
    }

    /// Returns a section that is an element of a list.
    ///
    /// @param inherited layers for keys that the element does not set
    /// @return the section; empty if the element is not a section
    public Optional<Section> element(Setting element, List<Layer> inherited, Layer defaults) {
        return source.layer(element).map(layer -> {
            List<Layer> layers =
                    Stream.concat(Stream.of(layer), inherited.stream()).toList();
            return new Section(element.path(), layer.position(), layers, defaults, source);
        });
    }

    /// Returns the first variable that the value of a key refers to. If the key has no value, this is the
    /// variable that is not set.
    ///
    /// @return the name, for example `RELAY_PASSWORD` for `${?RELAY_PASSWORD}`; empty if there is no variable
    public Optional<String> referencedVariable(String key) {
        return configured.stream()
                .flatMap(layer -> source.substitutions().names(layer.path() + "." + key).stream())
                .findFirst();
    }

    /// Reports a wrong or missing value.
    public void reportProblem(String key, String message) {
        source.reportProblem(settingOrPlaceholder(key), message);
    }

    public void reportWarning(String key, String message) {
        source.reportWarning(settingOrPlaceholder(key), message);
    }

    /// Returns the value of this key in this section itself, or a placeholder if the value is missing or
    /// inherited. Used to report problems of this section only, not of the defaults that it shares with other
    /// sections.
    public Setting ownSetting(String key) {
        return configured(key)
                .filter(setting -> setting.path().equals(path + "." + key))
                .orElseGet(() -> new Setting(path + "." + key, NULL_VALUE, position));
    }

    /// Returns the value of this key or, if it is missing, a placeholder with the path and position to report.
    private Setting settingOrPlaceholder(String key) {
        return configured(key).orElseGet(() -> {
            String at = configured.stream()
                    .map(layer -> layer.path() + "." + key)
                    .filter(candidate ->
                            source.substitutions().origin(candidate).isPresent())
                    .findFirst()
                    .orElse(path + "." + key);
            return new Setting(at, NULL_VALUE, position);
        });
    }

    private Setting defaultSetting(String key) {
        return reference.setting(key).orElseThrow();
    }
}
