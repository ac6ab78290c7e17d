package org.o365relay.config;

import com.typesafe.config.ConfigValue;
import java.util.function.Function;

/// Parses one value of the configuration.
@FunctionalInterface
interface ValueParser<T> {

    /// @param value resolved, not null
    Parsed<T> parse(ConfigValue value);

    /// A parser that processes the result of this one further.
    default <U> ValueParser<U> then(Function<T, Parsed<U>> next) {
        return value -> parse(value).then(next);
    }
}
