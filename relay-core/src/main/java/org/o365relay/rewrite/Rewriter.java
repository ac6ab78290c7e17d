package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;

/// Rewrites messages for one mailbox. Stateless: the same message gives the same bytes at every attempt, so
/// that Exchange can detect duplicates.
public final class Rewriter {

    // The reply of Exchange Online for the same error.
    private static final Reply HEADER_TOO_LARGE =
            Reply.of(552, "5.3.4", "Header size exceeds fixed maximum size (the relay takes 1 MiB)");

    private final RewriteRules rules;

    public Rewriter(RewriteRules rules) {
        this.rules = rules;
    }

    /// Reads the header; the body is read when the outcome is written, so the stream must stay open until then.
    ///
    /// @param original the message as it was received, with any line ends, without dot-stuffing
    /// @return unacceptable if the header is larger than 1 MiB
    /// @throws IOException if the original cannot be read
    public RewriteResult rewrite(QueueId id, Arrival arrival, Envelope envelope, InputStream original)
            throws IOException {
        OriginalMessage message = new HeaderReader(original).read();
        OriginatorFields authorship = new OriginatorFields(rules, envelope, message.fields());
        ReportedMessage told = new ReportedMessage(authorship.noticeAddress().orElse(null), header(message.fields()));
        if (message.headerTooLarge()) {
            return new RewriteResult.Unacceptable(HEADER_TOO_LARGE, told);
        }
        byte[] header = new HeaderComposer(rules, message.fields()).compose(id, arrival, envelope, authorship);
        boolean binary = envelope.body() == BodyType.BINARY;
        return new RewriteResult.Rewritten(
                rules.mailbox(), authorship.sendAsAuthor().orElse(null), header, message.body(), binary, told);
    }

    private static byte[] header(List<RawField> fields) {
        StringBuilder header = new StringBuilder();
        for (RawField field : fields) {
            if (header.length() + field.text().length() <= ReportedMessage.MAX_HEADER) {
                header.append(field.text());
            }
        }
        return header.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
