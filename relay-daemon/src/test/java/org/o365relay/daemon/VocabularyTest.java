package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.o365relay.daemon.SourceCode.Declaration;

/// Checks names and texts against `docs/vocabulary.md`.
class VocabularyTest {

    private static final SourceCode MAIN = SourceCode.of(SourceCode.Kind.MAIN);
    private static final SourceCode TESTS = SourceCode.of(SourceCode.Kind.TEST);

    /// Words that the vocabulary replaces, as parts of names in camel case.
    private static final Set<String> REPLACED = Set.of(
            "lane",
            "lanes",
            "road",
            "roads",
            "mend",
            "mended",
            "mending",
            "mends",
            "cure",
            "nobody",
            "whoever",
            "somebody",
            "courier",
            "secretary",
            "reckoning",
            "passage",
            "trouble",
            "troubles",
            "overdraft",
            "overdrawn",
            "glance",
            "desk",
            "letters");

    private static final Pattern IN_TEXT =
            Pattern.compile("\\b([Ll]anes?|[Rr]oads?|[Mm]end(?:s|ed|ing)?|[Nn]obody|[Ww]hoever)\\b");

    /// Steps of the schema that create or rename columns of earlier versions.
    private static final Pattern OLD_SCHEMA = Pattern.compile("/schema-[1-5]\\.sql$");

    /// The Unix user `nobody`.
    private static final Pattern UNIX_USER = Pattern.compile("id -[ug] nobody|\"-u\", \"nobody\"");

    /// Simple class names that may occur in two packages; none at present.
    private static final Set<String> SHARED = Set.of();

    @Test
    void noDeclarationHasAReplacedName() {
        assertThat(Stream.of(MAIN, TESTS)
                        .flatMap(code -> code.declarations().stream())
                        .filter(declaration -> words(declaration.name()).anyMatch(REPLACED::contains))
                        .map(Declaration::place))
                .isEmpty();
    }

    @Test
    void noTextHasAReplacedWord() throws IOException {
        Map<String, Set<String>> found = new TreeMap<>();
        for (Path file : texts()) {
            Set<String> words = IN_TEXT.matcher(
                            UNIX_USER.matcher(Files.readString(file)).replaceAll(""))
                    .results()
                    .map(MatchResult::group)
                    .collect(Collectors.toCollection(TreeSet::new));
            if (!words.isEmpty()) {
                found.put(DocsPage.PROJECT.relativize(file).toString(), words);
            }
        }

        assertThat(found).isEmpty();
    }

    @Test
    void noSimpleClassNameOccursInTwoPackages() {
        Map<String, Set<String>> packages = new TreeMap<>();
        MAIN.files().stream()
                .filter(file -> !file.name().equals("package-info"))
                .forEach(file -> packages.computeIfAbsent(file.name(), name -> new TreeSet<>())
                        .add(file.packageName()));
        packages.values().removeIf(names -> names.size() == 1);

        assertThat(packages.keySet()).isEqualTo(SHARED);
    }

    private static Stream<String> words(String name) {
        return Arrays.stream(name.split("[.$_]|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", -1))
                .map(word -> word.toLowerCase(Locale.ROOT));
    }

    /// Production code with its resources, scripts, packaged files and documentation.
    private static List<Path> texts() throws IOException {
        List<Path> roots = Stream.of(
                        "relay-core/src/main",
                        "config/src/main",
                        "relay-sandbox/src/main",
                        "relay-daemon/src/main",
                        "relay-bench/src/main",
                        "packaging/src/main",
                        "packaging/checkout",
                        "bin",
                        "clients",
                        "docs",
                        "README.md",
                        "CONTRIBUTING.md",
                        "CHANGELOG.md")
                .map(DocsPage.PROJECT::resolve)
                .toList();
        Set<Path> files = new TreeSet<>();
        for (Path root : roots) {
            try (Stream<Path> found = Files.walk(root)) {
                found.filter(Files::isRegularFile)
                        .filter(file -> !OLD_SCHEMA.matcher(file.toString()).find())
                        .forEach(files::add);
            }
        }
        return List.copyOf(files);
    }
}
