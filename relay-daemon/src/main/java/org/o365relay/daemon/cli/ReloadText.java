package org.o365relay.daemon.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.print.ChangedSetting;
import org.o365relay.daemon.control.ReloadResult;
import org.o365relay.daemon.control.ReloadResult.Outcome;

/// Describes the result of `reload` and `config --diff`.
record ReloadText(ReloadResult result, Path file) {

    /// @return what goes to standard error: the problems in the file, and remarks
    List<String> notes() {
        return Stream.concat(
                        result.outcome() == Outcome.INVALID ? result.problems().stream() : Stream.empty(),
                        result.remarks().stream().map(remark -> "note: " + remark))
                .toList();
    }

    /// @return a line for each change, and a summary
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        result.changes().forEach(change -> lines.add(line(change)));
        int changes = result.applicable().size();
        switch (result.outcome()) {
            case RELOADED -> lines.add("Reloaded " + file + ": " + count(changes) + " changed.");
            case UNCHANGED ->
                lines.add("Nothing was changed: " + file + " contains no change that a reload can apply.");
            case COMPARED ->
                lines.add(
                        result.changes().isEmpty()
                                ? "The running relay uses " + file + " as it is."
                                : count(changes) + " would change" + (changes > 0 ? ": o365-relay reload" : "."));
            case INVALID, UNUSABLE -> {}
        }
        int restart = result.needingRestart().size();
        if (restart > 0) {
            lines.add(count(restart) + (restart == 1 ? " needs" : " need") + " a restart:"
                    + " systemctl restart o365-relay");
        }
        return lines;
    }

    private static String count(int settings) {
        return settings == 1 ? "1 setting" : settings + " settings";
    }

    private static String line(ChangedSetting change) {
        return change.key() + ": " + values(change.before(), change.after())
                + (change.needsRestart() ? " (needs a restart)" : "");
    }

    private static String values(@Nullable String before, @Nullable String after) {
        if (before == null) {
            return "added " + after;
        }
        if (after == null) {
            return "removed " + before;
        }
        return before.equals(after) ? "changed" : before + " -> " + after;
    }

    /// @return the exit code
    /// @throws CommandFailed if nothing was changed because of a problem
    int exitCode() throws CommandFailed {
        return switch (result.outcome()) {
            case RELOADED, UNCHANGED, COMPARED -> ExitCode.OK;
            case INVALID -> throw new CommandFailed(ExitCode.CONFIGURATION, problems());
            case UNUSABLE -> throw new CommandFailed(ExitCode.UNAVAILABLE, problems());
        };
    }

    private String problems() {
        List<String> problems = result.problems();
        return result.outcome() == Outcome.INVALID
                ? (problems.size() == 1 ? "1 problem" : problems.size() + " problems") + " in " + file
                        + "; the running relay keeps its configuration"
                : String.join("; ", problems) + ". The running relay keeps its configuration";
    }
}
