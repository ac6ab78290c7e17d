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

/// The second half of `docs/troubleshooting.md` is generated from the catalogue. If this test fails, replace
/// the page with `target/troubleshooting.md`, which the test has written.
class TroubleshootingPageTest {

    private static final Path PAGE = Path.of("../docs/troubleshooting.md");
    private static final String MARK = "<!-- Generated from the catalogue of replies. -->\n";

    @Test
    void pageMatchesTheCatalogue() throws IOException {
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
            entries.stream()
                    .collect(Collectors.groupingBy(
                            entry -> List.of(entry.cause(), entry.advice(), action(entry)),
                            LinkedHashMap::new,
                            Collectors.toList()))
                    .values()
                    .forEach(same -> append(text, same));
        });
        return text.toString();
    }

    /// Appends entries that differ only in their replies.
    private static void append(StringBuilder text, List<KnownReply> same) {
        KnownReply entry = same.getFirst();
        text.append("\n### ").append(capitalized(entry.cause())).append("\n\n```\n");
        same.forEach(
                each -> each.examples().forEach(example -> text.append(example).append("\n")));
        text.append("```\n\n");
        if (!entry.advice().isEmpty()) {
            text.append(entry.advice()
                            .replace("{mailbox}", "relay@contoso.example")
                            .replace("<", "\\<"))
                    .append("\n\n");
        }
        text.append("*The relay ").append(action(entry)).append(".*\n");
    }

    private static String action(KnownReply entry) {
        return switch (entry.kind()) {
            case PERMANENT ->
                entry.sources().equals(List.of(ReplySource.GRAPH))
                        ? "bounces the message and notifies the sender"
                        : "bounces the message for this recipient and notifies the sender";
            case TRANSIENT -> "retries later";
            case CONNECTIONS -> "uses fewer connections and retries soon";
            case RATE -> "sends fewer messages per minute for a while and retries soon";
            case THROTTLED -> "blocks the mailbox and probes it regularly; its mail waits in the queue";
            case AUTHOR ->
                "keeps mail from this author in the queue and retries one message regularly; if the author is the"
                        + " mailbox itself, the mailbox is blocked, or the upstream suspended if the relay does not sign"
                        + " in to it";
            case UPSTREAM ->
                "suspends this upstream and uses a fallback, if there is one; otherwise the mailbox is blocked until a"
                        + " probe succeeds";
            case MAILBOX -> "blocks the mailbox until a probe succeeds; its mail waits in the queue";
        };
    }

    private static String capitalized(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
