package org.o365relay.daemon.cli.queue;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.daemon.cli.CommandContext;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ProgramVersion;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// A command that applies one action to the selected messages: `o365-relay queue retry`, `hold`, `release`,
/// `bounce` and `delete`.
@Command(mixinStandardHelpOptions = true, versionProvider = ProgramVersion.class)
final class QueueChangeCommand implements Callable<Integer> {

    private final CommandContext context;
    private final QueueAction action;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    private QueueChangeCommand(CommandContext context, QueueAction action) {
        this.context = context;
        this.action = action;
    }

    /// @param description the help text
    static CommandLine of(CommandContext context, QueueAction action, String... description) {
        CommandLine command = new CommandLine(new QueueChangeCommand(context, action));
        CommandSpec spec = command.getCommandSpec().name(action.name());
        spec.usageMessage().description(description);
        if (action.isIrreversible()) {
            hideAll(spec);
        }
        return command;
    }

    /// Hides `--all` from help and completion. It is still parsed, so that the error message can name the
    /// alternative.
    static void hideAll(CommandSpec spec) {
        OptionSpec all = spec.findOption("--all");
        spec.remove(all);
        spec.addOption(OptionSpec.builder(all).hidden(true).build());
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, action).run();
    }
}
