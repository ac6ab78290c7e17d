package org.o365relay.daemon.setup;

import java.io.IOException;
import java.util.Optional;
import org.o365relay.mail.Secret;

/// Somebody who can be asked.
public interface Terminal {

    void print(String line);

    /// @return what was typed; empty at the end of the input
    Optional<String> line(String prompt) throws IOException;

    /// As [#line], but nobody can read along.
    Optional<Secret> secret(String prompt) throws IOException;

    /// @return whoever sits at the program's terminal; empty if its input or output is something else
    static Optional<Terminal> ofProgram() {
        return Optional.ofNullable(System.console())
                .filter(java.io.Console::isTerminal)
                .map(ConsoleTerminal::new);
    }
}
