package org.o365relay.daemon.cli.queue;

import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.cli.types.QueueIdConverter;
import org.o365relay.mail.QueueId;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options that select a page of a list.
final class PageOptions {

    private static final int MAX_LIMIT = 1000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "Show at most N messages, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int limit = 50;

    @Option(
            names = "--from",
            paramLabel = "ID",
            converter = QueueIdConverter.class,
            description = "Start with this message; shown at the end of the previous page.")
    private @Nullable QueueId from;

    int limit() {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new ParameterException(spec.commandLine(), "--limit must be 1 to " + MAX_LIMIT + ", not " + limit);
        }
        return limit;
    }

    @Nullable
    QueueId from() {
        return from;
    }
}
