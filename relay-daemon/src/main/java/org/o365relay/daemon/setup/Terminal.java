package org.o365relay.daemon.setup;

import java.io.IOException;
import java.util.Optional;
import org.o365relay.mail.Secret;

/// The user's terminal.
public interface Terminal {

    void print(String line);

    /// @return the line that the user entered; empty at the end of the input
    Optional<String> line(String prompt) throws IOException;

    /// Reads a line as [#line(String)] does, but does not echo the input.
    Optional<Secret> secret(String prompt) throws IOException;

    /// @return the terminal of this process; empty if standard input or standard output is redirected
    static Optional<Terminal> ofProgram() {
        return Optional.ofNullable(System.console())
                .filter(java.io.Console::isTerminal)
                .map(ConsoleTerminal::new);
    }
}
