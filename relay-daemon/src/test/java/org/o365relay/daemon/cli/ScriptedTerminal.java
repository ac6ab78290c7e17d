package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.o365relay.daemon.setup.Terminal;
import org.o365relay.mail.Secret;

/// Types what it was given, and then ends. What is typed appears on the screen in «», a secret as «***».
final class ScriptedTerminal implements Terminal {

    private final PrintWriter screen;
    private final Deque<String> typing;

    ScriptedTerminal(PrintWriter screen, List<String> typing) {
        this.screen = screen;
        this.typing = new ArrayDeque<>(typing);
    }

    @Override
    public void print(String line) {
        screen.println(line);
    }

    @Override
    public Optional<String> line(String prompt) {
        Optional<String> typed = Optional.ofNullable(typing.poll());
        screen.println(prompt + typed.map("«%s»"::formatted).orElse(""));
        return typed;
    }

    @Override
    public Optional<Secret> secret(String prompt) {
        Optional<String> typed = Optional.ofNullable(typing.poll());
        screen.println(prompt
                + typed.map(secret -> Set.of("?", "back").contains(secret) ? secret : "***")
                        .map("«%s»"::formatted)
                        .orElse(""));
        return typed.map(Secret::new);
    }
}
