package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Compares `docs/queue.md` with the source: every promise names a test, and the tests that it names exist.
class QueuePageTest {

    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
    private static final Pattern METHOD = Pattern.compile("`([a-z]\\w+)`");

    private static Path project() {
        Path here = Path.of(System.getProperty("user.dir")).toAbsolutePath();
        return Stream.iterate(here, path -> path != null, Path::getParent)
                .filter(path -> Files.exists(path.resolve("docs/queue.md")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no docs/queue.md above " + here));
    }

    @Test
    void namesOnlyTestsThatExist() throws IOException {
        String page = Files.readString(project().resolve("docs/queue.md"));
        List<MatchResult> named = TEST.matcher(page).results().toList();
        assertThat(named).hasSizeGreaterThan(40).allSatisfy(match -> {
            List<String> classes = tests(match.group(1));
            assertThat(classes).as(match.group(1)).isNotEmpty();
            if (match.group(2) != null) {
                assertThat(classes).as(match.group()).anyMatch(text -> text.contains("void " + match.group(2) + "("));
            }
        });
    }

    @Test
    void everyRowOfStatesAndFaultsNamesATest() throws IOException {
        String page = Files.readString(project().resolve("docs/queue.md"));
        List<String> rows = Stream.of("## States", "## Faults")
                .map(heading -> page.substring(page.indexOf(heading)))
                .map(section -> section.substring(0, section.indexOf("\n## ", 1)))
                .flatMap(String::lines)
                .filter(line -> line.startsWith("| ") && !line.startsWith("| ---"))
                .filter(line -> !line.startsWith("| State ") && !line.startsWith("| Fault "))
                .toList();
        String crashes = String.join("\n", tests("CrashTest"));
        assertThat(rows).hasSizeGreaterThan(30).allSatisfy(row -> {
            String last = row.substring(row.lastIndexOf('|', row.length() - 2));
            assertThat(TEST.matcher(last).find()
                            || METHOD.matcher(last)
                                    .results()
                                    .allMatch(method -> crashes.contains("void " + method.group(1) + "(")))
                    .as(row)
                    .isTrue();
            assertThat(last).contains("`");
        });
    }

    /// @return the text of every test class of this name, of any module
    private static List<String> tests(String name) {
        return Stream.of("relay-core", "relay-daemon")
                .map(module -> project().resolve(module).resolve("src/test/java"))
                .flatMap(QueuePageTest::sources)
                .filter(file -> file.getFileName().toString().equals(name + ".java"))
                .map(QueuePageTest::read)
                .toList();
    }

    private static Stream<Path> sources(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
