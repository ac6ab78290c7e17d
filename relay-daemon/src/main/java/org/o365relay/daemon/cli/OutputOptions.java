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

/// The options that say in which form an operator's commands answer, and the answering.
final class OutputOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print one JSON document, for programs.")
    private boolean json;

    @Option(names = "--wide", scope = ScopeType.INHERIT, description = "Cut nothing to the width of the terminal.")
    private boolean wide;

    boolean isJson() {
        return json;
    }

    Layout layout(CliEnvironment place) {
        Times times = new Times(place.clock().instant(), place.zone());
        return new Layout(times, wide ? Layout.UNLIMITED : place.columns().getAsInt());
    }

    void json(String document) {
        print(List.of(document));
    }

    /// Whatever is in the lines, a terminal does nothing but show them.
    void lines(List<String> lines) {
        print(lines.stream().map(TerminalText::text).toList());
    }

    private void print(List<String> lines) {
        PrintWriter out = spec.commandLine().getOut();
        lines.forEach(out::println);
        out.flush();
    }
}
