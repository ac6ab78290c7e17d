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
            "1:you were asked and said no",
            "64:the command line is wrong",
            "65:data is damaged",
            "66:there is no such message",
            "69:a port is in use, a server cannot be reached, or the relay is not running",
            "70:a bug, or a demonstration that failed",
            "73:a directory or file cannot be used",
            "74:stopped in the middle: some messages are changed, others not",
            "75:another relay holds the data directory",
            "76:the relay that runs is of another version than this command",
            "77:not allowed: you may not ask this relay; or it would refuse the message (explain)",
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
