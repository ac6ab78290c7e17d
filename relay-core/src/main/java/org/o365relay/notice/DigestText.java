package org.o365relay.notice;

import java.util.stream.Collectors;
import org.o365relay.mail.EmailAddress;

/// What a person reads about many messages at once.
final class DigestText {

    private static final int MAX_RECIPIENTS = 3;

    private final Digest digest;
    private final String hostname;
    private final NoticeTexts words;
    private final PlainTextBody letter;

    DigestText(Digest digest, String hostname, NoticeTexts words) {
        this.digest = digest;
        this.hostname = hostname;
        this.words = words;
        this.letter = new PlainTextBody(words);
    }

    String subject() {
        return counted("digest.subject");
    }

    /// @return lines ending with CRLF
    String compose() {
        letter.paragraph(counted("digest.opening"));
        digest.listed().forEach(this::list);
        int others = digest.count() - digest.listed().size();
        if (others > 0) {
            letter.quote(words.say("more", "count", Integer.toString(others)));
        }
        letter.paragraph(words.say("digest.author"));
        letter.paragraph(words.say("digest.administrator", "client", address()));
        return letter.text();
    }

    private String counted(String key) {
        return words.say(
                key + (digest.count() == 1 ? ".one" : ".many"),
                "count",
                Integer.toString(digest.count()),
                "device",
                PlainTextBody.device(digest.helo(), address()),
                "hostname",
                hostname);
    }

    private String address() {
        return digest.client().getHostAddress();
    }

    private void list(Digest.Line line) {
        String subject = line.subject().isEmpty() ? words.say("no-subject") : LineWrapping.printable(line.subject());
        letter.line(PlainTextBody.INDENT + words.time(line.receivedAt()));
        letter.lines(subject);
        if (!line.to().isEmpty()) {
            letter.lines(words.say("digest.to", "recipients", recipients(line)));
        }
        String fate = words.say(
                switch (line.fate()) {
                    case FAILED -> "digest.failed";
                    case DELAYED -> "digest.delayed";
                    case DELIVERED -> "digest.delivered";
                });
        letter.quote(line.reason().isEmpty() ? fate : fate + ": " + line.reason());
    }

    private String recipients(Digest.Line line) {
        String named = line.to().stream()
                .limit(MAX_RECIPIENTS)
                .map(EmailAddress::toString)
                .collect(Collectors.joining(", "));
        int others = line.to().size() - MAX_RECIPIENTS;
        return others > 0 ? named + " " + words.say("more", "count", Integer.toString(others)) : named;
    }
}
