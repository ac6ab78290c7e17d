package org.o365relay.notice;

import java.util.stream.Collectors;
import org.o365relay.mail.EmailAddress;

/// The text of a digest.
final class DigestText {

    private static final int MAX_RECIPIENTS = 3;

    private final Digest digest;
    private final String hostname;
    private final NoticeTexts texts;
    private final PlainTextBody body;

    DigestText(Digest digest, String hostname, NoticeTexts texts) {
        this.digest = digest;
        this.hostname = hostname;
        this.texts = texts;
        this.body = new PlainTextBody(texts);
    }

    String subject() {
        return counted("digest.subject");
    }

    /// @return the text; every line is terminated by CRLF
    String compose() {
        body.paragraph(counted("digest.opening"));
        digest.entries().forEach(this::append);
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

    private void append(Digest.Entry entry) {
        String subject =
                entry.subject().isEmpty() ? texts.text("no-subject") : LineWrapping.singleLine(entry.subject());
        body.line(PlainTextBody.INDENT + texts.time(entry.receivedAt()));
        body.indentedLines(subject);
        if (!entry.to().isEmpty()) {
            body.indentedLines(texts.text("digest.to", "recipients", recipients(entry)));
        }
        String status = texts.text(
                switch (entry.status()) {
                    case FAILED -> "digest.failed";
                    case DELAYED -> "digest.delayed";
                    case DELIVERED -> "digest.delivered";
                    case UNKNOWN -> "digest.unknown";
                });
        body.indentedParagraph(entry.reason().isEmpty() ? status : status + ": " + entry.reason());
    }

    private String recipients(Digest.Entry entry) {
        String listed = entry.to().stream()
                .limit(MAX_RECIPIENTS)
                .map(EmailAddress::toString)
                .collect(Collectors.joining(", "));
        int others = entry.to().size() - MAX_RECIPIENTS;
        return others > 0 ? listed + " " + texts.text("more", "count", Integer.toString(others)) : listed;
    }
}
