package org.o365relay.notice;

/// The human-readable part of a notice about a message relayed to a server that does not report deliveries.
final class RelayedText {

    private final RelayedMessage relayed;
    private final OriginalHeader original;
    private final String hostname;
    private final NoticeTexts texts;

    RelayedText(RelayedMessage relayed, OriginalHeader original, String hostname, NoticeTexts texts) {
        this.relayed = relayed;
        this.original = original;
        this.hostname = hostname;
        this.texts = texts;
    }

    /// @return the text; every line is terminated by CRLF
    String compose() {
        PlainTextBody body = new PlainTextBody(texts);
        body.paragraph(texts.text("relayed.opening", "hostname", hostname, "upstream", relayed.upstream()));
        body.describe(relayed, original);
        body.list(
                texts.text("relayed.to"),
                relayed.recipients().stream().map(RelayedRecipient::recipient).toList());
        body.paragraph(texts.text(
                "relayed.closing",
                "received",
                texts.time(relayed.arrival().at()),
                "now",
                texts.time(relayed.occurredAt()),
                "id",
                relayed.id().toString()));
        return body.text();
    }
}
