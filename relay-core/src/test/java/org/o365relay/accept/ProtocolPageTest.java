package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compares `docs/smtp.md` with the source: the page mentions every RFC section that the code refers to, and
/// the tests that the page names exist.
class ProtocolPageTest {

    private static final Pattern REFERENCE = Pattern.compile("RFC \\d{4}(?: §[A-Z\\d]+(?:\\.\\d+)*)?");
    private static final Pattern TEST = Pattern.compile("`(?:([\\w-]+\\.smtp)|(\\w+Test)(?:\\.(\\w+))?)`");

    @ParameterizedTest
    @ValueSource(strings = {"accept", "admit", "mail", "deliver", "rewrite", "notice"})
    void mentionsEveryReferenceInTheSource(String folder) throws IOException {
        Set<String> onPage = references(Files.readString(DocumentedProtocol.PAGE));
        Set<String> inSource = new TreeSet<>();
        for (String source : sources(DocumentedProtocol.SOURCES.resolve(folder))) {
            inSource.addAll(references(source));
        }
        assertThat(inSource).isNotEmpty();
        assertThat(onPage).containsAll(inSource);
    }

    @Test
    void namesOnlyTestsThatExist() throws IOException {
        List<MatchResult> named = TEST.matcher(Files.readString(DocumentedProtocol.PAGE))
                .results()
                .toList();
        String tests = String.join("\n", sources(DocumentedProtocol.TESTS));
        assertThat(named).hasSizeGreaterThan(30).allSatisfy(match -> {
            if (match.group(1) != null) {
                assertThat(DocumentedProtocol.DIALOGS.resolve(match.group(1))).exists();
            } else {
                assertThat(tests).contains("class " + match.group(2) + " ");
            }
            if (match.group(3) != null) {
                assertThat(tests).contains("void " + match.group(3) + "(");
            }
        });
    }

    private static Set<String> references(String text) {
        return REFERENCE.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(ProtocolPageTest::read)
                    .toList();
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
