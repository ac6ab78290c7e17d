package org.o365relay.accept.session;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.FieldNames;
import org.o365relay.mail.HeaderParser;
import org.o365relay.mail.HeaderParser.UnfinishedLine;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;

/// Scans the header of a message for deviations, mail loops and searchable fields while the message is
/// received. The results are final when the header [has ended][#hasEnded].
final class HeaderScan {

    private static final int MAX_KEPT = 8 * 1024; // of each field, in octets

    private final HeaderParser parser;
    private final String hostname;
    private final Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
    private final Set<String> seenSingleFields = new HashSet<>(); // in lower case
    private final ContentFingerprint fingerprint = new ContentFingerprint();
    private @Nullable UnfinishedLine unfinishedLine; // before the last call of add; may belong to the body
    private int fromFields;
    private int receivedFields;
    private @Nullable String author;
    private SearchableHeaders searchable = SearchableHeaders.NONE;
    private @Nullable QueueId previousId;
    private @Nullable QueueId noticeAbout;
    private @Nullable String automaticField;

    /// @param hostname hostname of this relay
    HeaderScan(String hostname) {
        this(hostname, HeaderSizeLimit.RECEIVED);
    }

    HeaderScan(String hostname, HeaderSizeLimit limit) {
        this.hostname = hostname;
        this.parser = new HeaderParser(limit, MAX_KEPT, this::record);
    }

    /// Scans more content. Octets after the header are ignored.
    void add(byte[] octets) {
        if (!parser.hasEnded()) {
            unfinishedLine = parser.unfinishedLine();
            parser.add(octets, 0, octets.length);
            recordEnd();
        }
    }

    /// Ends the content.
    void end() {
        if (!parser.hasEnded()) {
            parser.end();
            recordEnd();
        }
    }

    boolean hasEnded() {
        return parser.hasEnded();
    }

    /// @return whether the header exceeds the [HeaderSizeLimit]
    boolean isTooLarge() {
        return parser.isTooLarge();
    }

    /// @return any of [Deviation#NO_BLANK_LINE], [Deviation#RAW_8BIT_HEADER], [Deviation#NO_FROM],
    ///     [Deviation#MULTIPLE_FROM], [Deviation#REPEATED_FIELD], [Deviation#NO_DATE],
    ///     [Deviation#NO_MESSAGE_ID] and [Deviation#NO_MIME_VERSION]; none if the header is too large
    Set<Deviation> deviations() {
        return deviations;
    }

    /// @return the value of the first From field, one octet per character; empty if there is none
    Optional<String> fromField() {
        return Optional.ofNullable(author);
    }

    /// @return the first Subject and the first Message-ID that are not empty
    SearchableHeaders searchableHeaders() {
        return searchable;
    }

    /// Adds to the fingerprint the octets that belong to the body. Call this after [#add].
    ///
    /// @param offset offset of these octets in the content
    void addBody(byte[] octets, long offset) {
        if (parser.hasEnded() && searchable.messageId() != null) {
            long bodyStart = parser.bodyStart() - offset;
            if (unfinishedLine != null && bodyStart < 0) {
                fingerprint.addEnd(unfinishedLine, -bodyStart);
            }
            unfinishedLine = null;
            fingerprint.addBody(octets, bodyStart);
        }
    }

    /// @return the fingerprint of the fields and of what was added with [#addBody]; only meaningful if there is
    ///     a Message-ID
    long fingerprint() {
        return fingerprint.value();
    }

    /// @return number of Received fields
    int receivedFields() {
        return receivedFields;
    }

    /// @return queue ID from the first Received field that this relay wrote; empty if there is none
    Optional<QueueId> previousId() {
        return Optional.ofNullable(previousId);
    }

    /// @return queue ID of the original message, if the scanned message is a notice from this relay; otherwise
    ///     empty
    Optional<QueueId> noticeAbout() {
        return Optional.ofNullable(noticeAbout);
    }

    /// @return name of the field that marks the message as an automatic reply; empty if there is none
    Optional<String> automaticReply() {
        return Optional.ofNullable(automaticField);
    }

    private void record(String fieldName, String text) {
        String name = fieldName.toLowerCase(Locale.ROOT);
        String value = text.substring(name.length() + 1);
        fingerprint.addField(name, text);
        if (FieldNames.isSingle(name) && !seenSingleFields.add(name)) {
            deviations.add(Deviation.REPEATED_FIELD);
        }
        switch (name) {
            case "from" -> {
                fromFields++;
                author = author == null ? value : author;
            }
            case "message-id", "subject" -> searchable = searchable.or(name, value);
            case "received" -> {
                receivedFields++;
                previousId = previousId == null ? OwnReceived.queueId(value, hostname) : previousId;
            }
            case "x-o365-relay-notice" ->
                noticeAbout = noticeAbout == null ? OwnReceived.queueId(value, hostname) : noticeAbout;
            default -> automaticField = isAutomatic(name, value) ? fieldName : automaticField;
        }
    }

    // Auto-Submitted is defined in RFC 3834 §5; the other fields are older. The value "auto-generated" does not
    // mark an automatic reply, because cron and scanners send it.
    private static boolean isAutomatic(String name, String value) {
        return switch (name) {
            case "auto-submitted" -> begins("auto-replied", value);
            case "precedence" -> begins("auto_reply", value);
            case "x-autoreply", "x-autorespond", "x-auto-response" -> true;
            default -> false;
        };
    }

    private static boolean begins(String word, String value) {
        return value.strip().regionMatches(true, 0, word, 0, word.length());
    }

    private void recordEnd() {
        if (!parser.hasEnded() || parser.isTooLarge()) {
            return;
        }
        if (!parser.endsWithEmptyLine()) {
            deviations.add(Deviation.NO_BLANK_LINE);
        }
        if (!parser.isAscii()) {
            deviations.add(Deviation.RAW_8BIT_HEADER);
        }
        if (fromFields != 1) {
            deviations.add(fromFields == 0 ? Deviation.NO_FROM : Deviation.MULTIPLE_FROM);
        }
        if (!seenSingleFields.contains("date")) {
            deviations.add(Deviation.NO_DATE);
        }
        if (!seenSingleFields.contains("message-id")) {
            deviations.add(Deviation.NO_MESSAGE_ID);
        }
        boolean hasMimeFields =
                seenSingleFields.contains("content-type") || seenSingleFields.contains("content-transfer-encoding");
        if (hasMimeFields && !seenSingleFields.contains("mime-version")) {
            deviations.add(Deviation.NO_MIME_VERSION);
        }
    }
}
