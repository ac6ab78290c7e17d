package org.o365relay.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.o365relay.mail.AsciiCase;
import org.o365relay.mail.FieldNames;
import org.o365relay.mail.ParameterizedValue;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.mail.TransferEncoding;

/// Reduces fields that may occur only once (RFC 5322 §3.6) to one field at the position of the first. If
/// there are several, programs differ in which one they use, and Exchange may refuse the message.
///
/// Of several `To` or `Cc`, the values are merged. Of other fields, the first usable one is kept: one that is
/// not empty, in the case of `Content-Type` has a type and, for a multipart, a boundary, and in the case of
/// `Content-Transfer-Encoding` names a known encoding. If none is usable, the first that is not empty is kept.
/// A `Message-ID` that is not usable is removed, as [SearchableHeaders] decides when the message is accepted.
///
/// `Reply-To` stays as it is; [OriginatorFields] chooses among several.
final class SingleFields {

    private static final Pattern TYPE = Pattern.compile("[^/]+/[^/]+");

    private SingleFields() {}

    static List<RawField> reduced(List<RawField> fields) {
        Map<String, List<RawField>> repeated = new HashMap<>();
        for (RawField field : fields) {
            if (isReduced(field)) {
                repeated.computeIfAbsent(AsciiCase.lower(field.name()), _ -> new ArrayList<>())
                        .add(field);
            }
        }
        List<RawField> reduced = new ArrayList<>();
        for (RawField field : fields) {
            if (!isReduced(field)) {
                reduced.add(field);
            } else {
                Optional.ofNullable(repeated.remove(AsciiCase.lower(field.name())))
                        .flatMap(SingleFields::one)
                        .ifPresent(reduced::add);
            }
        }
        return reduced;
    }

    private static boolean isReduced(RawField field) {
        return FieldNames.isSingle(field.name()) && !field.is("Reply-To");
    }

    /// @param fields all fields of one name; at least one
    private static Optional<RawField> one(List<RawField> fields) {
        List<RawField> filled =
                fields.stream().filter(field -> !field.isEmpty()).toList();
        RawField first = filled.isEmpty() ? fields.getFirst() : filled.getFirst();
        return switch (AsciiCase.lower(first.name())) {
            case "to", "cc" -> Optional.of(filled.size() > 1 ? merged(filled) : first);
            case "message-id" ->
                filled.stream().filter(SingleFields::isUsableMessageId).findFirst();
            case "content-type" ->
                filled.stream().filter(SingleFields::isUsableType).findFirst().or(() -> Optional.of(first));
            case "content-transfer-encoding" ->
                filled.stream()
                        .filter(SingleFields::isUsableEncoding)
                        .findFirst()
                        .or(() -> Optional.of(first));
            default -> Optional.of(first);
        };
    }

    private static boolean isUsableMessageId(RawField messageId) {
        return SearchableHeaders.isUsableMessageId(
                messageId.text().substring(messageId.text().indexOf(':') + 1));
    }

    private static boolean isUsableType(RawField contentType) {
        ParameterizedValue value = ParameterizedValue.parse(contentType.value());
        boolean hasBoundary = value.values("boundary").stream().anyMatch(boundary -> !boundary.isBlank());
        return TYPE.matcher(value.main()).matches()
                && (hasBoundary || !value.main().startsWith("multipart/"));
    }

    private static boolean isUsableEncoding(RawField encoding) {
        return TransferEncoding.parse(encoding.value()) != TransferEncoding.UNKNOWN;
    }

    /// Joins the values. Each is repaired first, because an unclosed quotation mark, comment or bracket would
    /// swallow what follows it.
    private static RawField merged(List<RawField> fields) {
        String value = fields.stream()
                .filter(field -> !listOf(field).isEmpty())
                .map(AddressListRepair::repaired)
                .map(SingleFields::listOf)
                .collect(Collectors.joining(",\r\n "));
        return value.isEmpty()
                ? fields.getFirst()
                : RawField.of(fields.getFirst().name(), value);
    }

    /// @return the value, folded as in the field, without the commas and white space around it
    private static String listOf(RawField field) {
        String text = field.text();
        int from = text.indexOf(':') + 1;
        int to = text.length();
        while (from < to && isSeparator(text.charAt(from))) {
            from++;
        }
        while (to > from && isSeparator(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isSeparator(char c) {
        return c == ',' || Character.isWhitespace(c);
    }
}
