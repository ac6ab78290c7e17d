package org.o365relay.notice;

/// What a person reads who wanted to hear of the delivery, and whose mail service does not tell.
final class RelayedText {

    private final RelayedMessage relayed;
    private final OriginalHeader original;
    private final String hostname;
    private final NoticeTexts texts;

    RelayedText(RelayedMessage relaying, OriginalHeader original, String hostname, NoticeTexts words) {
        this.relayed = relaying;
        this.original = original;
        this.hostname = hostname;
        this.texts = words;
    }

    /// @return lines ending with CRLF
    String compose() {
        PlainTextBody letter = new PlainTextBody(texts);
        letter.paragraph(texts.text("relayed.opening", "hostname", hostname, "upstream", relayed.upstream()));
        letter.describe(relayed, original);
        letter.list(
                texts.text("relayed.to"),
                relayed.recipients().stream().map(RelayedRecipient::recipient).toList());
        letter.paragraph(texts.text(
                "relayed.closing",
                "received",
                texts.time(relayed.arrival().at()),
                "now",
                texts.time(relayed.now()),
                "id",
                relayed.id().toString()));
        return letter.text();
    }
}
