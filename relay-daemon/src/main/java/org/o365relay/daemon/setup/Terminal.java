package org.o365relay.daemon.setup;

import java.io.IOException;
import java.util.Optional;
import org.o365relay.mail.Secret;

/// The terminal of the user.
public interface Terminal {

    void print(String line);

    /// @return the entered line; empty at end of input
    Optional<String> line(String prompt) throws IOException;

    /// Reads a line like [#line], but without echo.
    Optional<Secret> secret(String prompt) throws IOException;

    /// @return the terminal of the program; empty if its input or output is redirected
    static Optional<Terminal> ofProgram() {
        return Optional.ofNullable(System.console())
                .filter(java.io.Console::isTerminal)
                .map(ConsoleTerminal::new);
    }
}
