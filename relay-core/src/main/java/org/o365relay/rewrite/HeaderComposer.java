package org.o365relay.rewrite;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.QueueId;

/// Composes the header that is sent to Exchange: the `Received` field, then the original fields in their order,
/// except those that are replaced or removed, and finally the added fields.
final class HeaderComposer {

    private static final String ORIGINAL_FROM = "X-Original-From";
    private static final String ORIGINAL_MESSAGE_ID = "X-Original-Message-ID";
    private static final String ORIGINAL_ENVELOPE_FROM = "X-Original-Envelope-From";
    private static final String ORIGINAL_TO = "X-Original-To";

    // Fields that would be wrong after rewriting, that are confidential (Bcc), or that Exchange added when the
    // message passed through it earlier: its loop stamps would make it drop the message.
    private static final Set<String> REMOVED = Set.of(
            "sender",
            "return-path",
            "bcc",
            "resent-bcc",
            "dkim-signature",
            "domainkey-signature",
            "x-google-dkim-signature",
            "x-ld-processed",
            "x-eopattributedmessage",
            "x-eoptenantattributedmessage");
    private static final List<String> REMOVED_PREFIXES =
            List.of("arc-", "x-ms-exchange-", "x-forefront-", "x-microsoft-antispam");

    private static final Pattern COMMENT_OR_SPACE = Pattern.compile("\\([^()]*\\)|[ \t]");

    // Leaves room for the field name on the same line (RFC 5322 §2.1.1).
    private static final int MAX_RECORDED = 900;

    private final RewriteSettings rules;
    private final List<RawField> original;
    private final @Nullable String newMessageId;
    private final HeaderChanges changes;
    private final @Nullable SubjectPrefix subjectPrefix;
    private final List<RawField> fields = new ArrayList<>();

    /// @param newMessageId replaces the original Message-ID; null to keep the original
    /// @param changes changes that the rewriting rules decided on
    HeaderComposer(
            RewriteSettings rules, List<RawField> original, @Nullable String newMessageId, HeaderChanges changes) {
        this.rules = rules;
        this.original = original;
        this.newMessageId = newMessageId;
        this.changes = changes;
        this.subjectPrefix = changes.subjectPrefix() == null ? null : new SubjectPrefix(changes.subjectPrefix());
    }

    byte[] compose(QueueId id, Arrival arrival, Envelope envelope, OriginatorFields originators) {
        RawField from = originators.from(arrival);
        fields.add(ReceivedField.of(id, arrival, rules.hostname()));
        keep(from, originators.replyTo().orElse(null));
        addMissing(id, arrival);
        recordMessageId();
        recordRedirected();
        record(from, envelope);
        return octets();
    }

    /// The new `From` takes the position of the first original `From`, and is appended if there is none. A
    /// `Reply-To` from the device that is unchanged keeps its position; a rebuilt or new one is appended.
    private void keep(RawField from, @Nullable RawField replyTo) {
        List<RawField> pending = new ArrayList<>(
                Stream.of(from, replyTo).filter(Objects::nonNull).toList());
        for (RawField field : original) {
            if (field.is("From") && pending.remove(from)) {
                fields.add(from);
            } else if (field.equals(replyTo) && pending.remove(field)) {
                fields.add(field);
            } else if (subjectPrefix != null && field.is(SubjectPrefix.SUBJECT)) {
                fields.add(subjectPrefix.before(field));
            } else if (isKept(field)) {
                fields.add(AutoResponseSuppress.withoutNdr(field));
            }
        }
        fields.addAll(pending);
    }

    private boolean isKept(RawField field) {
        String name = field.name().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "from", "reply-to" -> false;
            case "date", "to" -> !field.isEmpty();
            case "message-id" -> !field.isEmpty() && newMessageId == null;
            case "x-original-message-id" -> newMessageId == null;
            case "x-original-from", "x-original-envelope-from" -> !rules.recordOriginal();
            case "x-original-to" -> changes.redirected().isEmpty();
            case "x-auto-response-suppress" -> AutoResponseSuppress.isMoreThanNdr(field);
            case "mime-version" -> isVersionOne(field);
            default -> !REMOVED.contains(name) && REMOVED_PREFIXES.stream().noneMatch(name::startsWith);
        };
    }

    /// Accepts comments (RFC 2045 §4).
    private static boolean isVersionOne(RawField mimeVersion) {
        String value = mimeVersion.value();
        return value.equals("1.0")
                || COMMENT_OR_SPACE.matcher(value).replaceAll("").equals("1.0");
    }

    /// Adds the same values at every attempt, because Exchange detects duplicates by Message-ID and Date. Only
    /// the date may differ, if the message was received while the clock was wrong ([Arrival#plausibleAt]).
    private void addMissing(QueueId id, Arrival arrival) {
        if (lacks("Date")) {
            fields.add(RawField.of("Date", ReceivedField.date(arrival.at())));
        }
        if (lacks("Message-ID")) {
            String added =
                    newMessageId == null ? "<" + id + "@" + rules.mailbox().domain() + ">" : newMessageId;
            fields.add(RawField.of("Message-ID", added));
        }
        if (subjectPrefix != null && lacks(SubjectPrefix.SUBJECT)) {
            fields.add(subjectPrefix.alone());
        }
        if (lacks("To") && fields.stream().noneMatch(field -> field.is("Cc") && !field.isEmpty())) {
            fields.add(RawField.of("To", AddressListRepair.NO_RECIPIENTS));
        }
        if (lacks("MIME-Version") && !(lacks("Content-Type") && lacks("Content-Transfer-Encoding"))) {
            // Without it, a reader may show the whole body as plain text (RFC 2045 §4), attachments included.
            fields.add(RawField.of("MIME-Version", "1.0"));
        }
        if (rules.suppressAutoResponses() && lacks(AutoResponseSuppress.NAME)) {
            fields.add(RawField.of(AutoResponseSuppress.NAME, AutoResponseSuppress.ALL_BUT_NDR));
        }
    }

    private void recordMessageId() {
        if (newMessageId != null) {
            original.stream()
                    .filter(field -> field.is("Message-ID") && !field.isEmpty())
                    .findFirst()
                    .ifPresent(field -> fields.add(RawField.of(ORIGINAL_MESSAGE_ID, truncated(field.value()))));
        }
    }

    private void recordRedirected() {
        if (changes.redirected().isEmpty()) {
            return;
        }
        StringBuilder shown = new StringBuilder();
        int more = changes.moreRedirected();
        for (EmailAddress recipient : changes.redirected()) {
            String text = EncodedText.octets(recipient);
            if (shown.length() + text.length() + 2 > MAX_RECORDED) {
                more++;
            } else {
                shown.append(shown.isEmpty() ? "" : ", ").append(text);
            }
        }
        fields.add(RawField.of(ORIGINAL_TO, shown + (more == 0 ? "" : " and " + more + " more")));
    }

    private void record(RawField from, Envelope envelope) {
        if (!rules.recordOriginal()) {
            return;
        }
        List<RawField> originalFrom =
                original.stream().filter(field -> field.is("From")).toList();
        String values = originalFrom.stream()
                .map(RawField::value)
                .filter(value -> !value.isEmpty())
                .collect(Collectors.joining(", "));
        if (!values.isEmpty() && !originalFrom.equals(List.of(from))) {
            fields.add(RawField.of(ORIGINAL_FROM, truncated(values)));
        }
        String sender = envelope.returnPath().map(EncodedText::octets).orElse("");
        fields.add(RawField.of(ORIGINAL_ENVELOPE_FROM, "<" + sender + ">"));
    }

    /// Truncates the text to 900 octets, but not in the middle of a UTF-8 character.
    private static String truncated(String text) {
        int end = Math.min(text.length(), MAX_RECORDED);
        while (end < text.length() && end > MAX_RECORDED - 4 && (text.charAt(end) & 0xc0) == 0x80) {
            end--;
        }
        return text.substring(0, end);
    }

    private byte[] octets() {
        String lines = fields.stream()
                .map(AddressListRepair::repaired)
                .map(HeaderFolding::folded)
                .collect(Collectors.joining());
        return (lines + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private boolean lacks(String name) {
        return fields.stream().noneMatch(field -> field.is(name));
    }
}
