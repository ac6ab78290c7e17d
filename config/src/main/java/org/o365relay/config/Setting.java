package org.o365relay.config;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;

/// A value and where it stands.
///
/// @param path for example `relay.listeners[0].port`
/// @param around the place of the section or list it is in, for a value that has no line of its own
record Setting(String path, ConfigValue value, FilePosition around) {

    boolean isNull() {
        return Substitutions.unresolved(value).isEmpty() && value.valueType() == ConfigValueType.NULL;
    }
}
