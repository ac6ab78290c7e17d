package org.o365relay.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The second half of `docs/troubleshooting.md` is made of the catalogue. If this fails, put what it wrote to
/// `target/troubleshooting.md` in its place.
class TroubleshootingPageTest {

    private static final Path PAGE = Path.of("../docs/troubleshooting.md");
    private static final String MARK = "<!-- From here on this page is made of the catalogue of replies. -->\n";

    @Test
    void thePageSaysWhatTheCatalogueSays() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(page).contains(MARK);
        String written = page.substring(0, page.indexOf(MARK) + MARK.length());
        String expected = written + replies();
        Files.writeString(Path.of("target/troubleshooting.md"), expected);
        assertThat(page).isEqualTo(expected);
    }

    private static String replies() {
        Map<String, List<KnownReply>> sections = ReplyCatalogue.microsoft365().entries().stream()
                .collect(Collectors.groupingBy(KnownReply::section, LinkedHashMap::new, Collectors.toList()));
        StringBuilder text = new StringBuilder();
        sections.forEach((title, entries) -> {
            text.append("\n## ").append(title).append("\n");
            entries.forEach(entry -> append(text, entry));
        });
        return text.toString();
    }

    private static void append(StringBuilder text, KnownReply entry) {
        text.append("\n### ").append(capitalized(entry.cause())).append("\n\n```\n");
        entry.examples().forEach(example -> text.append(example).append("\n"));
        text.append("```\n\n");
        if (!entry.advice().isEmpty()) {
            text.append(entry.advice()
                            .replace("{mailbox}", "relay@contoso.example")
                            .replace("<", "\\<"))
                    .append("\n\n");
        }
        text.append("*The relay ").append(conduct(entry.kind())).append(".*\n");
    }

    private static String conduct(KnownReply.Kind kind) {
        return switch (kind) {
            case PERMANENT -> "gives the message or the recipient up and tells the sender";
            case TRANSIENT -> "tries again later";
            case CONNECTIONS -> "uses fewer connections and tries again soon";
            case THROTTLED -> "keeps the mailbox's mail and tries again now and then";
            case AUTHOR ->
                "keeps the author's mail and tries again now and then; all mail if the author is the mailbox itself";
            case UPSTREAM ->
                "keeps the mail, takes the mailbox's next road if it has one, and goes on by itself when this is mended";
            case MAILBOX -> "keeps the mailbox's mail and goes on by itself when this is mended";
        };
    }

    private static String capitalized(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
