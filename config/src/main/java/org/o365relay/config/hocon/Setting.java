package org.o365relay.config.hocon;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;

/// A value of the configuration, not yet parsed, with its path and position.
///
/// @param path path of the key, for example `relay.listeners[0].port`
/// @param enclosing position of the enclosing section or list, used if the value has no position of its own
public record Setting(String path, ConfigValue value, FilePosition enclosing) {

    boolean isNull() {
        return Substitutions.unresolved(value).isEmpty() && value.valueType() == ConfigValueType.NULL;
    }
}
