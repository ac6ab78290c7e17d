package org.o365relay.config.hocon;

import java.util.function.Function;

/// The result of parsing a value.
public sealed interface Parsed<T> {

    record Ok<T>(T value) implements Parsed<T> {}

    /// @param message what is wrong and how to fix it; never contains a secret
    record Invalid<T>(String message) implements Parsed<T> {}

    default <U> Parsed<U> then(Function<T, Parsed<U>> next) {
        return switch (this) {
            case Ok<T>(T value) -> next.apply(value);
            case Invalid<T>(String message) -> new Invalid<>(message);
        };
    }
}
