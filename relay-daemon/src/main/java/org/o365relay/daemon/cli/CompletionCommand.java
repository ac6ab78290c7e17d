package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `o365-relay completion`: prints a shell completion script.
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Print the completion script for a shell.",
        footer = {
            "%nThis bash session:",
            "  source <(o365-relay completion bash)",
            "All bash sessions:",
            "  o365-relay completion bash > /etc/bash_completion.d/o365-relay",
            "zsh, in ~/.zshrc:",
            "  source <(o365-relay completion zsh)"
        })
public final class CompletionCommand implements Callable<Integer> {

    private final Supplier<CommandLine> program;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /// The supported shells. Both use the same script, which enables bash completion in zsh.
    private enum Shell {
        BASH,
        ZSH
    }

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private Shell shell = Shell.BASH;

    /// @param program the command line with all commands
    public CompletionCommand(Supplier<CommandLine> program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(
                switch (shell) {
                    case BASH, ZSH -> AutoComplete.bash("o365-relay", program.get());
                });
        out.flush();
        return ExitCode.OK;
    }
}
