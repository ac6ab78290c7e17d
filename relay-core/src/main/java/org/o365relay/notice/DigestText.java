package org.o365relay.notice;

import java.util.stream.Collectors;
import org.o365relay.mail.EmailAddress;

/// What a person reads about many messages at once.
final class DigestText {

    private static final int MAX_RECIPIENTS = 3;

    private final Digest digest;
    private final String hostname;
    private final NoticeTexts texts;
    private final PlainTextBody body;

    DigestText(Digest digest, String hostname, NoticeTexts words) {
        this.digest = digest;
        this.hostname = hostname;
        this.texts = words;
        this.body = new PlainTextBody(words);
    }

    String subject() {
        return counted("digest.subject");
    }

    /// @return lines ending with CRLF
    String compose() {
        body.paragraph(counted("digest.opening"));
        digest.entries().forEach(this::list);
        int others = digest.count() - digest.entries().size();
        if (others > 0) {
            body.indentedParagraph(texts.text("more", "count", Integer.toString(others)));
        }
        body.paragraph(texts.text("digest.author"));
        body.paragraph(texts.text("digest.administrator", "client", address()));
        return body.text();
    }

    private String counted(String key) {
        return texts.text(
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

    private void list(Digest.Entry line) {
        String subject = line.subject().isEmpty() ? texts.text("no-subject") : LineWrapping.singleLine(line.subject());
        body.line(PlainTextBody.INDENT + texts.time(line.receivedAt()));
        body.indentedLines(subject);
        if (!line.to().isEmpty()) {
            body.indentedLines(texts.text("digest.to", "recipients", recipients(line)));
        }
        String fate = texts.text(
                switch (line.status()) {
                    case FAILED -> "digest.failed";
                    case DELAYED -> "digest.delayed";
                    case DELIVERED -> "digest.delivered";
                });
        body.indentedParagraph(line.reason().isEmpty() ? fate : fate + ": " + line.reason());
    }

    private String recipients(Digest.Entry line) {
        String named = line.to().stream()
                .limit(MAX_RECIPIENTS)
                .map(EmailAddress::toString)
                .collect(Collectors.joining(", "));
        int others = line.to().size() - MAX_RECIPIENTS;
        return others > 0 ? named + " " + texts.text("more", "count", Integer.toString(others)) : named;
    }
}
