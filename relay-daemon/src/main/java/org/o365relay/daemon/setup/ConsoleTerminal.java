package org.o365relay.daemon.setup;

import java.io.Console;
import java.util.Optional;
import org.o365relay.mail.Secret;

/// The console of this process.
record ConsoleTerminal(Console console) implements Terminal {

    @Override
    public void print(String line) {
        console.printf("%s%n", line);
    }

    @Override
    public Optional<String> line(String prompt) {
        return Optional.ofNullable(console.readLine("%s", prompt));
    }

    @Override
    public Optional<Secret> secret(String prompt) {
        return Optional.ofNullable(console.readPassword("%s", prompt))
                .map(String::new)
                .map(Secret::new);
    }
}
