package org.o365relay.accept.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;

/// Scans the header of a received message for deviations, mail loops and searchable fields. Parses it as the
/// rewriter does: lines end with CRLF, LF or CR; the first line may be an mbox line; the header ends at an
/// empty line, or before the first line that is not a field.
final class HeaderScan {

    /// Longest field name with the white space before its colon, in octets, as in the rewriter.
    private static final int MAX_NAME = 998;

    private static final byte[] FROM = "from".getBytes(US_ASCII);
    private static final byte[] DATE = "date".getBytes(US_ASCII);
    private static final byte[] MESSAGE_ID = "message-id".getBytes(US_ASCII);
    private static final byte[] MIME_VERSION = "mime-version".getBytes(US_ASCII);
    private static final byte[] CONTENT_TYPE = "content-type".getBytes(US_ASCII);
    private static final byte[] CONTENT_TRANSFER_ENCODING = "content-transfer-encoding".getBytes(US_ASCII);
    private static final byte[] SUBJECT = "subject".getBytes(US_ASCII);
    private static final byte[] RECEIVED = "received".getBytes(US_ASCII);
    private static final byte[] NOTICE = "x-o365-relay-notice".getBytes(US_ASCII);
    private static final byte[] AUTO_SUBMITTED = "auto-submitted".getBytes(US_ASCII);
    private static final byte[] PRECEDENCE = "precedence".getBytes(US_ASCII);
    private static final byte[] AUTOREPLY = "x-autoreply".getBytes(US_ASCII);
    private static final byte[] AUTORESPOND = "x-autorespond".getBytes(US_ASCII);
    private static final byte[] AUTO_RESPONSE = "x-auto-response".getBytes(US_ASCII);

    private final byte[] octets;
    private final String hostname;
    private final Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
    private int fromFields;
    private int author;
    private int authorEnd;
    private int receivedFields;
    private boolean hasDate;
    private boolean hasMimeVersion;
    private boolean hasMimeFields;
    private int messageId; // start of the first value; 0 if absent
    private int messageIdEnd;
    private int subject; // start of the first value; 0 if absent
    private int subjectEnd;
    private @Nullable QueueId previousId;
    private @Nullable QueueId noticeAbout;
    private @Nullable String automaticField;

    private HeaderScan(byte[] octets, String hostname) {
        this.octets = octets;
        this.hostname = hostname;
    }

    /// @param beginning first octets of the content; if they do not contain the whole header, no field is
    ///     reported as missing
    /// @param whole whether these octets are the complete content
    /// @param hostname hostname of this relay
    static HeaderScan scan(byte[] beginning, boolean whole, String hostname) {
        HeaderScan header = new HeaderScan(beginning, hostname);
        if (header.readFields(whole)) {
            header.recordMissingFields();
        }
        return header;
    }

    /// @return any of [Deviation#NO_BLANK_LINE], [Deviation#RAW_8BIT_HEADER], [Deviation#NO_FROM],
    ///     [Deviation#MULTIPLE_FROM], [Deviation#NO_DATE], [Deviation#NO_MESSAGE_ID] and
    ///     [Deviation#NO_MIME_VERSION]
    Set<Deviation> deviations() {
        return deviations;
    }

    /// @return raw value of the first From field, with one character per octet; empty if there is none
    Optional<String> author() {
        return fromFields == 0 ? Optional.empty() : Optional.of(text(author, authorEnd));
    }

    /// @return the first Subject and the first Message-ID
    SearchableHeaders searchableHeaders() {
        return new SearchableHeaders(
                subject == 0 ? null : SearchableHeaders.subject(octets, subject, subjectEnd),
                messageId == 0 ? null : SearchableHeaders.messageId(octets, messageId, messageIdEnd));
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

    /// @return whether the end of the header was found
    private boolean readFields(boolean whole) {
        int at = afterMboxLine();
        while (at < octets.length) {
            if (isLineEnd(at)) {
                return true;
            }
            int colon = colon(at);
            if (colon == octets.length && !whole) {
                return false; // the scanned octets end within a field name
            }
            if (colon == at || colon == octets.length || octets[colon] != ':') {
                deviations.add(Deviation.NO_BLANK_LINE);
                return true;
            }
            int end = fieldEnd(colon);
            record(at, nameEnd(at), colon + 1, end);
            at = end;
        }
        return whole;
    }

    private void record(int name, int nameEnd, int value, int end) {
        if (is(FROM, name, nameEnd)) {
            if (fromFields++ == 0) {
                author = value;
                authorEnd = end;
            }
        } else if (is(DATE, name, nameEnd)) {
            hasDate = true;
        } else if (is(MESSAGE_ID, name, nameEnd)) {
            if (messageId == 0) {
                messageId = value;
                messageIdEnd = end;
            }
        } else if (is(SUBJECT, name, nameEnd)) {
            if (subject == 0) {
                subject = value;
                subjectEnd = end;
            }
        } else if (is(MIME_VERSION, name, nameEnd)) {
            hasMimeVersion = true;
        } else if (is(CONTENT_TYPE, name, nameEnd) || is(CONTENT_TRANSFER_ENCODING, name, nameEnd)) {
            hasMimeFields = true;
        } else if (is(RECEIVED, name, nameEnd)) {
            receivedFields++;
            previousId = previousId == null ? OwnReceived.queueId(text(value, end), hostname) : previousId;
        } else if (is(NOTICE, name, nameEnd)) {
            noticeAbout = noticeAbout == null ? OwnReceived.queueId(text(value, end), hostname) : noticeAbout;
        } else if (isAutomatic(name, nameEnd, value, end)) {
            automaticField = text(name, nameEnd);
        }
    }

    // Auto-Submitted is defined in RFC 3834 §5; the other fields are older. The value "auto-generated" does not
    // mark an automatic reply, because cron and scanners send it.
    private boolean isAutomatic(int name, int nameEnd, int value, int end) {
        if (is(AUTO_SUBMITTED, name, nameEnd)) {
            return begins("auto-replied", value, end);
        }
        if (is(PRECEDENCE, name, nameEnd)) {
            return begins("auto_reply", value, end);
        }
        return is(AUTOREPLY, name, nameEnd) || is(AUTORESPOND, name, nameEnd) || is(AUTO_RESPONSE, name, nameEnd);
    }

    private void recordMissingFields() {
        if (fromFields != 1) {
            deviations.add(fromFields == 0 ? Deviation.NO_FROM : Deviation.MULTIPLE_FROM);
        }
        if (!hasDate) {
            deviations.add(Deviation.NO_DATE);
        }
        if (messageId == 0) {
            deviations.add(Deviation.NO_MESSAGE_ID);
        }
        if (hasMimeFields && !hasMimeVersion) {
            deviations.add(Deviation.NO_MIME_VERSION);
        }
    }

    /// @return index after the line and its continuation lines
    private int fieldEnd(int from) {
        int bits = 0;
        int at = from;
        do {
            while (at < octets.length && !isLineEnd(at)) {
                bits |= octets[at++];
            }
            at = nextLine(at);
        } while (at < octets.length && isBlank(octets[at]));
        if (bits < 0) {
            deviations.add(Deviation.RAW_8BIT_HEADER);
        }
        return at;
    }

    /// Treats several CRs before an LF as one line ending.
    private int nextLine(int lineEnd) {
        int at = lineEnd;
        while (at < octets.length && octets[at] == '\r') {
            at++;
        }
        if (at < octets.length && octets[at] == '\n') {
            return at + 1;
        }
        return Math.min(lineEnd + 1, octets.length);
    }

    private int afterMboxLine() {
        boolean isMboxLine = startsWith("From ") || startsWith(">From ");
        int colon = isMboxLine ? colon(0) : 0;
        boolean isField = colon < octets.length && octets[colon] == ':';
        return isMboxLine && !isField ? afterFirstLine() : 0;
    }

    private int afterFirstLine() {
        int at = 0;
        while (at < octets.length && !isLineEnd(at)) {
            at++;
        }
        return nextLine(at);
    }

    /// @return index at which a field must have its colon: after the field name and any white space; the number
    ///     of octets if they end before the colon; `from` if there is no name
    private int colon(int from) {
        int at = nameEnd(from);
        while (at > from && at < octets.length && at - from < MAX_NAME && isBlank(octets[at])) {
            at++;
        }
        return at;
    }

    // RFC 5322 §2.2
    private int nameEnd(int from) {
        int at = from;
        while (at < octets.length && at - from < MAX_NAME && isNameOctet(octets[at])) {
            at++;
        }
        return at;
    }

    private boolean is(byte[] lowerCase, int from, int to) {
        if (to - from != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if (Character.toLowerCase(octets[from + i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean begins(String word, int from, int to) {
        return text(from, to).strip().regionMatches(true, 0, word, 0, word.length());
    }

    private boolean startsWith(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (i >= octets.length || octets[i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isLineEnd(int at) {
        return octets[at] == '\r' || octets[at] == '\n';
    }

    private static boolean isNameOctet(byte b) {
        return b > ' ' && b < 0x7f && b != ':';
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private String text(int from, int to) {
        return new String(octets, from, to - from, ISO_8859_1);
    }
}
