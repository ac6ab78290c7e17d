package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.List;
import org.o365relay.daemon.report.Layout;
import org.o365relay.daemon.report.TerminalText;
import org.o365relay.daemon.report.Times;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The output options of the operator commands. Also prints their output.
public final class OutputOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--wide",
            scope = ScopeType.INHERIT,
            description = "Do not truncate tables to the width of the terminal.")
    private boolean wide;

    public boolean isJson() {
        return json;
    }

    Layout layout(CliEnvironment environment) {
        Times times = new Times(environment.clock().instant(), environment.zone());
        return new Layout(times, wide ? Layout.UNLIMITED : environment.columns().getAsInt());
    }

    public void json(String document) {
        print(List.of(document));
    }

    /// Prints lines. Replaces control characters, so that text from messages and clients cannot control the
    /// terminal.
    public void lines(List<String> lines) {
        print(lines.stream().map(TerminalText::text).toList());
    }

    private void print(List<String> lines) {
        PrintWriter out = spec.commandLine().getOut();
        lines.forEach(out::println);
        out.flush();
    }
}
