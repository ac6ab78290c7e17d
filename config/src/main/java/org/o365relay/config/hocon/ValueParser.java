package org.o365relay.config.hocon;

import com.typesafe.config.ConfigValue;
import java.util.function.Function;

/// Parses one value of the configuration.
@FunctionalInterface
public interface ValueParser<T> {

    /// @param value value with substitutions resolved; not null
    Parsed<T> parse(ConfigValue value);

    /// Returns a parser that applies the function to the result of this parser.
    default <U> ValueParser<U> then(Function<T, Parsed<U>> next) {
        return value -> parse(value).then(next);
    }
}
