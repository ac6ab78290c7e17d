package org.o365relay.notice;

import java.util.List;

/// The human-readable part of a delay notice.
final class DelayText {

    private final Delay delay;
    private final OriginalHeader original;
    private final String hostname;
    private final NoticeTexts texts;

    DelayText(Delay delay, OriginalHeader original, String hostname, NoticeTexts texts) {
        this.delay = delay;
        this.original = original;
        this.hostname = hostname;
        this.texts = texts;
    }

    /// @return the text; every line is terminated by CRLF
    String compose() {
        PlainTextBody body = new PlainTextBody(texts);
        body.paragraph(texts.text("delayed.opening", "hostname", hostname));
        body.describe(delay, original);
        body.list(texts.text("delayed.to"), delay.recipients());
        body.section(texts.text("delayed.reason"), delay.reason().cause());
        if (delay.reply() != null) {
            body.reply(
                    delay.upstream().isEmpty()
                            ? texts.text("delayed.note")
                            : texts.text("delayed.answer", "upstream", delay.upstream()),
                    delay.reply().toString());
        }
        body.paragraph(texts.text(
                "delayed.author",
                "received",
                texts.time(delay.arrival().at()),
                "until",
                texts.time(delay.retryUntil())));
        body.adminSection(delay, List.of(delay.reason().advice()));
        return body.text();
    }
}
