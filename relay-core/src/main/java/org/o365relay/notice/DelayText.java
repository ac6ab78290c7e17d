package org.o365relay.notice;

import java.util.List;

/// What a person reads whose message waits.
final class DelayText {

    private final Delay delay;
    private final OriginalHeader original;
    private final String hostname;
    private final NoticeTexts texts;

    DelayText(Delay delay, OriginalHeader original, String hostname, NoticeTexts words) {
        this.delay = delay;
        this.original = original;
        this.hostname = hostname;
        this.texts = words;
    }

    /// @return lines ending with CRLF
    String compose() {
        PlainTextBody letter = new PlainTextBody(texts);
        letter.paragraph(texts.text("delayed.opening", "hostname", hostname));
        letter.describe(delay, original);
        letter.list(texts.text("delayed.to"), delay.recipients());
        letter.section(texts.text("delayed.reason"), delay.reason().cause());
        if (delay.reply() != null) {
            letter.reply(
                    delay.upstream().isEmpty()
                            ? texts.text("delayed.note")
                            : texts.text("delayed.answer", "upstream", delay.upstream()),
                    delay.reply().toString());
        }
        letter.paragraph(texts.text(
                "delayed.author",
                "received",
                texts.time(delay.arrival().at()),
                "until",
                texts.time(delay.retryUntil())));
        letter.adminSection(delay, List.of(delay.reason().advice()));
        return letter.text();
    }
}
