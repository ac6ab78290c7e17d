package org.o365relay.config.hocon;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Collects problems and warnings, without duplicates.
public final class Problems {

    private final Set<Problem> problems = new LinkedHashSet<>();
    private final Set<Problem> warnings = new LinkedHashSet<>();
    private final String mainFile;

    public Problems(String mainFile) {
        this.mainFile = mainFile;
    }

    public void addProblem(FilePosition position, String path, String message) {
        problems.add(new Problem(position.file(), position.line(), path, message));
    }

    void addWarning(FilePosition position, String path, String message) {
        warnings.add(new Problem(position.file(), position.line(), path, message));
    }

    public boolean isEmpty() {
        return problems.isEmpty();
    }

    public List<Problem> problems() {
        return inOrder(problems);
    }

    public List<Problem> warnings() {
        return inOrder(warnings);
    }

    /// Sorts problems by file, the main file first, and then by line.
    private List<Problem> inOrder(Collection<Problem> found) {
        return found.stream()
                .sorted(Comparator.comparing(
                                (Problem problem) -> !problem.file().equals(mainFile))
                        .thenComparing(Problem::file)
                        .thenComparingInt(Problem::line))
                .toList();
    }
}
