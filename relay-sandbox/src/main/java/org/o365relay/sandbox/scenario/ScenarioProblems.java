package org.o365relay.sandbox.scenario;

import com.typesafe.config.ConfigOrigin;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Collects the problems in a scenario file.
final class ScenarioProblems {

    private final String file;
    private final Set<Problem> problems = new TreeSet<>();

    ScenarioProblems(String file) {
        this.file = file;
    }

    private record Problem(int line, String text) implements Comparable<Problem> {
        @Override
        public int compareTo(Problem other) {
            return line == other.line ? text.compareTo(other.text) : Integer.compare(line, other.line);
        }
    }

    void add(@Nullable ConfigOrigin origin, String text) {
        problems.add(new Problem(origin == null ? -1 : origin.lineNumber(), text));
    }

    /// @throws InvalidScenarioException if there is any problem
    void throwIfAny() throws InvalidScenarioException {
        List<String> lines = new ArrayList<>();
        for (Problem problem : problems) {
            lines.add(file + (problem.line() < 1 ? "" : ":" + problem.line()) + ": " + problem.text());
        }
        if (!lines.isEmpty()) {
            throw new InvalidScenarioException(lines);
        }
    }
}
