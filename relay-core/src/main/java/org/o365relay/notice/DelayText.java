package org.o365relay.notice;

import java.util.List;

/// What a person reads whose message waits.
final class DelayText {

    private final Delay delay;
    private final OriginalHeader original;
    private final String hostname;
    private final NoticeTexts words;

    DelayText(Delay delay, OriginalHeader original, String hostname, NoticeTexts words) {
        this.delay = delay;
        this.original = original;
        this.hostname = hostname;
        this.words = words;
    }

    /// @return lines ending with CRLF
    String compose() {
        PlainTextBody letter = new PlainTextBody(words);
        letter.paragraph(words.say("delayed.opening", "hostname", hostname));
        letter.describe(delay, original);
        letter.list(words.say("delayed.to"), delay.recipients());
        letter.sentence(words.say("delayed.reason"), delay.reason().cause());
        if (delay.reply() != null) {
            letter.answer(
                    delay.upstream().isEmpty()
                            ? words.say("delayed.note")
                            : words.say("delayed.answer", "upstream", delay.upstream()),
                    delay.reply().toString());
        }
        letter.paragraph(words.say(
                "delayed.author",
                "received",
                words.time(delay.arrival().at()),
                "until",
                words.time(delay.retryUntil())));
        letter.administrator(delay, List.of(delay.reason().advice()));
        return letter.text();
    }
}
