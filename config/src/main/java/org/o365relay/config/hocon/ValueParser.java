package org.o365relay.config.hocon;

import com.typesafe.config.ConfigValue;
import java.util.function.Function;

/// Parses one value of the configuration.
@FunctionalInterface
public interface ValueParser<T> {

    /// @param value value whose own substitutions are resolved; has the type NULL for `null` in a list
    Parsed<T> parse(ConfigValue value);

    /// Returns a parser that applies the function to each value that this parser accepts.
    default <U> ValueParser<U> then(Function<T, Parsed<U>> next) {
        return value -> parse(value).then(next);
    }
}
