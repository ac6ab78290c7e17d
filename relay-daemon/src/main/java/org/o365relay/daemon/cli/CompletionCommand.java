package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `o365-relay completion`: so that Tab completes commands and options.
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Prints what a shell needs to complete commands and options.",
        footer = {
            "%nFor this shell:   source <(o365-relay completion bash)",
            "For every bash:   o365-relay completion bash > /etc/bash_completion.d/o365-relay",
            "For zsh, in ~/.zshrc:   source <(o365-relay completion zsh)"
        })
public final class CompletionCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /// The script is the same: it makes zsh understand what is written for bash.
    private enum Shell {
        BASH,
        ZSH
    }

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private Shell shell = Shell.BASH;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(
                switch (shell) {
                    case BASH, ZSH ->
                        AutoComplete.bash("o365-relay", spec.root().commandLine());
                });
        out.flush();
        return ExitCode.OK;
    }
}
