package org.o365relay.config.hocon;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the known name closest to a misspelled one.
public final class Suggestion {

    private Suggestion() {}

    /// @return the closest known name; empty if none is similar
    public static Optional<String> nearest(String written, Collection<String> known) {
        return known.stream()
                .filter(name -> distance(written, name) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparingInt(name -> distance(written, name)));
    }

    /// @return whether the names differ only in notation, such as `messageSize`, `message_size` and
    ///     `Message-Size`
    static boolean differOnlyInNotation(String written, String known) {
        return kebab(written).equals(kebab(known));
    }

    private static String kebab(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").replace('_', '-').toLowerCase(Locale.ROOT);
    }

    /// Damerau-Levenshtein distance (optimal string alignment) of the names after conversion to kebab case.
    private static int distance(String one, String other) {
        String a = kebab(one);
        String b = kebab(other);
        int[][] distances = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                distances[i][j] = i == 0 || j == 0 ? i + j : prefixDistance(distances, a, i, b, j);
            }
        }
        return distances[a.length()][b.length()];
    }

    private static int prefixDistance(int[][] distances, String a, int i, String b, int j) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best = Math.min(
                distances[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(distances[i - 1][j], distances[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, distances[i - 2][j - 2] + 1) : best;
    }
}
