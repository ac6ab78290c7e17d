package org.o365relay.config.hocon;

import com.typesafe.config.ConfigObject;
import java.util.Optional;

/// One source of the values of a section: the section itself, or its defaults.
///
/// @param path path of the section in its source, for example `relay.mailbox-defaults`
public record Layer(String path, ConfigObject values, FilePosition position) {

    /// @return the value of a key; empty if the key is missing or null
    public Optional<Setting> setting(String key) {
        return Optional.ofNullable(values.get(key))
                .map(value -> new Setting(path + "." + key, value, position))
                .filter(setting -> !setting.isNull());
    }

    /// Returns a copy that contains only the given key.
    public Layer only(String key) {
        return new Layer(path, values.withOnlyKey(key), position);
    }
}
