package org.o365relay.notice;

/// What a person reads who wanted to hear of the delivery, and whose mail service does not tell.
final class RelayedText {

    private final RelayedMessage relaying;
    private final OriginalHeader original;
    private final String hostname;
    private final NoticeTexts words;

    RelayedText(RelayedMessage relaying, OriginalHeader original, String hostname, NoticeTexts words) {
        this.relaying = relaying;
        this.original = original;
        this.hostname = hostname;
        this.words = words;
    }

    /// @return lines ending with CRLF
    String compose() {
        PlainTextBody letter = new PlainTextBody(words);
        letter.paragraph(words.say("relayed.opening", "hostname", hostname, "upstream", relaying.upstream()));
        letter.describe(relaying, original);
        letter.list(
                words.say("relayed.to"),
                relaying.recipients().stream().map(RelayedRecipient::recipient).toList());
        letter.paragraph(words.say(
                "relayed.closing",
                "received",
                words.time(relaying.arrival().at()),
                "now",
                words.time(relaying.now()),
                "id",
                relaying.id().toString()));
        return letter.text();
    }
}
