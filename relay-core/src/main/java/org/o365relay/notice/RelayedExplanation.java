package org.o365relay.notice;

/// What a person reads who wanted to hear of the delivery, and whose mail service does not tell.
final class RelayedExplanation {

    private static final int MAX_LISTED = 20;

    private final Relaying relaying;
    private final OriginalHeader original;
    private final String hostname;
    private final Letter letter = new Letter();

    RelayedExplanation(Relaying relaying, OriginalHeader original, String hostname) {
        this.relaying = relaying;
        this.original = original;
        this.hostname = hostname;
    }

    /// @return lines ending with CRLF
    String compose() {
        letter.paragraph("This is the mail relay " + hostname + ". You wanted to hear when a message sent through it is"
                + " delivered. The relay has handed it to the mail service (" + relaying.upstream()
                + "), which does not report deliveries; so this is the last you hear of it, unless it fails later.");
        letter.describe(relaying, original);
        letter.line("Handed over for:");
        letter.line("");
        relaying.recipients().stream()
                .limit(MAX_LISTED)
                .forEach(relayed -> letter.line(Letter.INDENT + relayed.recipient()));
        if (relaying.recipients().size() > MAX_LISTED) {
            letter.line(Letter.INDENT + "and " + (relaying.recipients().size() - MAX_LISTED) + " more");
        }
        letter.line("");
        letter.paragraph("The relay received the message on "
                + Letter.time(relaying.arrival().at()) + ", and handed it over on " + Letter.time(relaying.now())
                + ". It knows it as " + relaying.id() + ".");
        return letter.text();
    }
}
