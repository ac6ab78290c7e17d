package org.o365relay.daemon.cli;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options that say which page of a list is meant.
final class PageOptions {

    private static final int MOST = 1000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "So many at most: 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int limit = 50;

    @Option(
            names = "--from",
            paramLabel = "ID",
            converter = QueueIdConverter.class,
            description = "Begin with this one, as the page before says at its end.")
    private @Nullable QueueId from;

    int limit() {
        if (limit < 1 || limit > MOST) {
            throw new ParameterException(spec.commandLine(), "--limit is 1 to " + MOST + ", not " + limit);
        }
        return limit;
    }

    @Nullable
    QueueId from() {
        return from;
    }
}
