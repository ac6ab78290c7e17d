package org.o365relay.notice;

import java.util.List;
import java.util.Locale;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Recipient;

/// Builds a plain-text body. Lines end with CRLF. Text is wrapped at 72 characters, including the indent; only
/// a word or a recipient address that does not fit makes a line longer.
final class PlainTextBody {

    static final String INDENT = "    ";

    private static final int WIDTH = 72;
    private static final int LABEL_WIDTH = 9;
    private static final int MAX_REPLY = 1_000;
    private static final int MAX_LISTED = 20;

    private final NoticeTexts texts;
    private final StringBuilder text = new StringBuilder();

    PlainTextBody(NoticeTexts texts) {
        this.texts = texts;
    }

    String text() {
        return text.toString();
    }

    /// Appends the subject, author, date and device of the message.
    void describe(NoticeEvent event, OriginalHeader original) {
        item("item.subject", original.text("Subject").orElseGet(() -> texts.text("no-subject")));
        item(
                "item.from",
                original.text("From")
                        .or(() -> event.envelope().returnPath().map(Object::toString))
                        .orElseGet(() -> texts.text("no-sender")));
        item(
                "item.date",
                original.text("Date").orElseGet(() -> texts.time(event.arrival().at())));
        item("item.device", device(event.arrival()));
        line("");
    }

    private static String device(Arrival arrival) {
        return device(arrival.helo(), arrival.client().getHostAddress());
    }

    /// @param helo the HELO name; may be empty
    static String device(String helo, String address) {
        String name = LineWrapping.truncated(LineWrapping.singleLine(helo), WIDTH);
        return name.isEmpty() ? address : name + " (" + address + ")";
    }

    private void item(String label, String value) {
        List<String> lines = LineWrapping.wrap(value, WIDTH - INDENT.length() - LABEL_WIDTH);
        String name = texts.text(label) + ":" + " ".repeat(LABEL_WIDTH);
        line(INDENT + name.substring(0, LABEL_WIDTH) + lines.getFirst());
        lines.stream().skip(1).forEach(line -> line(INDENT + " ".repeat(LABEL_WIDTH) + line));
    }

    /// Appends a heading and at most twenty recipients.
    void list(String heading, List<Recipient> recipients) {
        heading(heading);
        recipients.stream().limit(MAX_LISTED).forEach(recipient -> line(INDENT + recipient));
        if (recipients.size() > MAX_LISTED) {
            line(INDENT + texts.text("more", "count", Integer.toString(recipients.size() - MAX_LISTED)));
        }
        line("");
    }

    /// @param reply the reply; truncated to 1,000 characters
    void reply(String heading, String reply) {
        heading(heading);
        indentedParagraph(LineWrapping.truncated(LineWrapping.singleLine(reply), MAX_REPLY));
    }

    /// @param text text such as a cause; its first letter is capitalized, and a missing full stop is added
    void section(String heading, String text) {
        heading(heading);
        indentedParagraph(asSentence(text));
    }

    static String asSentence(String text) {
        int first = text.offsetByCodePoints(0, text.isEmpty() ? 0 : 1);
        String capital = text.substring(0, first).toUpperCase(Locale.ROOT) + text.substring(first);
        return text.endsWith(".") ? capital : capital + ".";
    }

    void heading(String heading) {
        LineWrapping.wrap(heading, WIDTH).forEach(this::line);
        line("");
    }

    void indentedParagraph(String content) {
        indentedLines(content);
        line("");
    }

    /// Like [#indentedParagraph], but does not append an empty line.
    void indentedLines(String content) {
        LineWrapping.wrap(content, WIDTH - INDENT.length()).forEach(line -> line(INDENT + line));
    }

    void paragraph(String sentences) {
        LineWrapping.wrap(sentences, WIDTH).forEach(this::line);
        line("");
    }

    /// Appends the closing section, which is for the admin.
    ///
    /// @param advice what the admin can do; duplicates and blank texts are left out
    void adminSection(NoticeEvent event, List<String> advice) {
        List<String> distinct =
                advice.stream().filter(text -> !text.isBlank()).distinct().toList();
        String key = distinct.isEmpty() ? "administrator" : "administrator.advice";
        paragraph(texts.text(key, "id", event.id().toString()));
        distinct.forEach(this::indentedParagraph);
    }

    void line(String line) {
        text.append(line).append("\r\n");
    }
}
