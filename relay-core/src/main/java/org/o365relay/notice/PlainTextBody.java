package org.o365relay.notice;

import java.util.List;
import java.util.Locale;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Recipient;

/// Text for a person, in lines of at most 72 characters that end with CRLF.
final class PlainTextBody {

    static final String INDENT = "    ";

    private static final int WIDTH = 72;
    private static final int LABEL = 9;
    private static final int MAX_REPLY = 1_000;
    private static final int MAX_LISTED = 20;

    private final NoticeTexts texts;
    private final StringBuilder text = new StringBuilder();

    PlainTextBody(NoticeTexts words) {
        this.texts = words;
    }

    String text() {
        return text.toString();
    }

    /// Says which message it is about.
    void describe(NoticeEvent occurrence, OriginalHeader original) {
        item("item.subject", original.text("Subject").orElseGet(() -> texts.text("no-subject")));
        item(
                "item.from",
                original.text("From")
                        .or(() -> occurrence.envelope().returnPath().map(Object::toString))
                        .orElseGet(() -> texts.text("no-sender")));
        item(
                "item.date",
                original.text("Date")
                        .orElseGet(() -> texts.time(occurrence.arrival().at())));
        item("item.device", device(occurrence.arrival()));
        line("");
    }

    private static String device(Arrival arrival) {
        return device(arrival.helo(), arrival.client().getHostAddress());
    }

    /// @param helo what it calls itself; may be empty
    static String device(String helo, String address) {
        String name = LineWrapping.truncated(LineWrapping.singleLine(helo), WIDTH);
        return name.isEmpty() ? address : name + " (" + address + ")";
    }

    private void item(String label, String value) {
        List<String> lines = LineWrapping.wrap(value, WIDTH - INDENT.length() - LABEL);
        String name = texts.text(label) + ":" + " ".repeat(LABEL);
        line(INDENT + name.substring(0, LABEL) + lines.getFirst());
        lines.stream().skip(1).forEach(line -> line(INDENT + " ".repeat(LABEL) + line));
    }

    /// A list under its heading, the first twenty of them.
    void list(String heading, List<Recipient> recipients) {
        heading(heading);
        recipients.stream().limit(MAX_LISTED).forEach(recipient -> line(INDENT + recipient));
        if (recipients.size() > MAX_LISTED) {
            line(INDENT + texts.text("more", "count", Integer.toString(recipients.size() - MAX_LISTED)));
        }
        line("");
    }

    /// @param reply at most a thousand characters of it are shown
    void reply(String heading, String reply) {
        heading(heading);
        indentedParagraph(LineWrapping.truncated(LineWrapping.singleLine(reply), MAX_REPLY));
    }

    /// @param texts such as a cause: they get a capital letter and a full stop
    void section(String heading, String words) {
        heading(heading);
        indentedParagraph(asSentence(words));
    }

    static String asSentence(String words) {
        int first = words.offsetByCodePoints(0, words.isEmpty() ? 0 : 1);
        String capital = words.substring(0, first).toUpperCase(Locale.ROOT) + words.substring(first);
        return words.endsWith(".") ? capital : capital + ".";
    }

    void heading(String heading) {
        LineWrapping.wrap(heading, WIDTH).forEach(this::line);
        line("");
    }

    void indentedParagraph(String quoted) {
        indentedLines(quoted);
        line("");
    }

    /// As [#indentedParagraph], and more comes.
    void indentedLines(String quoted) {
        LineWrapping.wrap(quoted, WIDTH - INDENT.length()).forEach(line -> line(INDENT + line));
    }

    void paragraph(String sentences) {
        LineWrapping.wrap(sentences, WIDTH).forEach(this::line);
        line("");
    }

    /// What only an admin can use, at the end.
    ///
    /// @param advice each told once; empty ones are left out
    void adminSection(NoticeEvent occurrence, List<String> advice) {
        List<String> told =
                advice.stream().filter(text -> !text.isBlank()).distinct().toList();
        String key = told.isEmpty() ? "administrator" : "administrator.advice";
        paragraph(texts.text(key, "id", occurrence.id().toString()));
        told.forEach(this::indentedParagraph);
    }

    void line(String line) {
        text.append(line).append("\r\n");
    }
}
