package org.o365relay.daemon.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `o365-relay` without a command.
@Command(
        name = "o365-relay",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Lets devices that only speak old SMTP send mail through Microsoft 365.",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:fine",
            "64:the command line is wrong",
            "65:data is damaged",
            "69:a port is in use, or a server cannot be reached",
            "70:a bug, or a demonstration that failed",
            "73:a directory or file cannot be used",
            "75:another relay holds the data directory",
            "77:the relay would refuse the message (explain)",
            "78:the configuration is wrong"
        },
        footer = "%nEvery command has its own --help.")
final class RelayCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "which command?");
    }
}
