package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;

/// Rewrites messages for one mailbox. Stateless: a message with the same arrival is rewritten to the same
/// bytes at every attempt, so that Exchange can detect duplicates.
public final class Rewriter {

    private final RewriteSettings settings;

    public Rewriter(RewriteSettings settings) {
        this.settings = settings;
    }

    /// Rewrites a message that keeps its Message-ID, if it has one.
    public RewriteResult rewrite(QueueId id, Arrival arrival, Envelope envelope, InputStream original)
            throws IOException {
        return rewrite(id, arrival, envelope, null, original);
    }

    /// Reads the header. The body is read only when the result is written, so the stream must stay open until
    /// then.
    ///
    /// @param newMessageId replaces the message's own Message-ID; null to keep its own
    /// @param original the message as received, with any line endings, but without dot-stuffing
    /// @return the rewritten message, or [RewriteResult.Unacceptable] if the header exceeds the
    ///     [HeaderSizeLimit]
    /// @throws IOException if the original cannot be read
    public RewriteResult rewrite(
            QueueId id, Arrival arrival, Envelope envelope, @Nullable String newMessageId, InputStream original)
            throws IOException {
        HeaderReader.OriginalMessage message = new HeaderReader(original).read();
        OriginatorFields originators = new OriginatorFields(settings, envelope, message.fields());
        ReportedMessage reported =
                new ReportedMessage(originators.noticeAddress().orElse(null), header(message.fields()));
        if (message.headerTooLarge()) {
            return new RewriteResult.Unacceptable(HeaderSizeLimit.EXCEEDED, reported);
        }
        List<RawField> fields = SingleFields.reduced(message.fields());
        byte[] header = new HeaderComposer(settings, fields, newMessageId, envelope.changes())
                .compose(id, arrival, envelope, originators);
        boolean binary = envelope.body() == BodyType.BINARY;
        return new RewriteResult.Rewritten(
                settings.mailbox(), originators.sendAsAuthor().orElse(null), header, message.body(), binary, reported);
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
