package org.o365relay.config;

import com.typesafe.config.ConfigValue;
import java.util.function.Function;

/// A kind of value: how it is written and what it is read into.
@FunctionalInterface
interface ValueParser<T> {

    /// @param value resolved, not null
    Parsed<T> parse(ConfigValue value);

    /// A narrower kind: what this one reads, read further.
    default <U> ValueParser<U> then(Function<T, Parsed<U>> next) {
        return value -> parse(value).then(next);
    }
}
