package org.o365relay.daemon.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The root command.
@Command(
        name = "o365-relay",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "SMTP relay that sends mail from devices through Microsoft 365.",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:success",
            "1:confirmation declined",
            "64:invalid command line",
            "65:queue damaged, or written by a newer version",
            "66:no such message, or none that can be changed",
            "69:port in use, relay not running, upstream unreachable, or sign-in refused",
            "70:internal error, or demo failed",
            "73:directory, file or queue not usable",
            "74:partly done: stopped early, or some messages were being delivered",
            "75:data directory in use by another relay",
            "76:running relay and this command have different versions",
            "77:permission denied; or the message would be rejected (explain)",
            "78:invalid configuration"
        },
        footer = "%nRun \"o365-relay COMMAND --help\" for more about a command.")
final class RelayCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "no command given");
    }
}
