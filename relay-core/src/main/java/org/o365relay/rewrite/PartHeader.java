package org.o365relay.rewrite;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EncodedWords;
import org.o365relay.mail.ParameterizedValue;
import org.o365relay.mail.TransferEncoding;
import org.o365relay.mail.VisibleText;

/// The header of a MIME part (RFC 2045 §5.1, RFC 2183), read tolerantly.
///
/// @param type media type in lower case, without parameters
/// @param typeField the Content-Type as written; without a value and parameters if there is none
/// @param encoding Content-Transfer-Encoding
/// @param disposition Content-Disposition in lower case; empty if there is none
/// @param fileName file name; null if there is none
/// @param contentId Content-ID without angle brackets; null if there is none
/// @param hasLocation whether the part has a Content-Location (RFC 2557)
record PartHeader(
        String type,
        ParameterizedValue typeField,
        TransferEncoding encoding,
        String disposition,
        @Nullable String fileName,
        @Nullable String contentId,
        boolean hasLocation) {

    static final String CONTENT_TYPE = "Content-Type";
    static final String DISPOSITION = "Content-Disposition";
    static final String TRANSFER_ENCODING = "Content-Transfer-Encoding";

    private static final int MAX_NAME = 255;
    private static final int MAX_EXTENSION = 32;
    private static final Pattern SMIME_NAME = Pattern.compile("(?is).*\\.p7[mscz]");
    private static final Set<String> NO_FILES =
            Set.of("application/pgp-signature", "application/ms-tnef", "application/vnd.ms-tnef");
    private static final Set<String> BODY_TYPES =
            Set.of("text/plain", "text/html", "text/enriched", "text/richtext", "text/watch-html", "text/x-amp-html");

    /// @param defaultType type of the part if it has no Content-Type
    static PartHeader of(List<RawField> fields, String defaultType) {
        ParameterizedValue type = ParameterizedValue.parse(value(fields, CONTENT_TYPE));
        ParameterizedValue disposition = ParameterizedValue.parse(value(fields, DISPOSITION));
        String fileName = Stream.of(disposition.text("filename"), type.text("name"), disposition.text("name"))
                .flatMap(Optional::stream)
                .map(PartHeader::displayable)
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse(null);
        boolean isFile = fileName != null || disposition.main().equals("attachment");
        String contentId = value(fields, "Content-ID").replaceAll("[<>\\s]", "");
        return new PartHeader(
                value(fields, CONTENT_TYPE).isEmpty()
                        ? defaultType
                        : mediaType(type, isFile ? "application/octet-stream" : "text/plain"),
                type,
                TransferEncoding.parse(value(fields, TRANSFER_ENCODING)),
                disposition.main(),
                fileName,
                contentId.isEmpty() ? null : contentId,
                !value(fields, "Content-Location").isEmpty());
    }

    /// Corrects a malformed type: `multipart/multipart/mixed`, and a multipart without a type or subtype.
    ///
    /// @param unreadable type to return if the type cannot be read
    private static String mediaType(ParameterizedValue field, String unreadable) {
        String type = field.main();
        if (type.matches("[!#$%&'*+.^_`{|}~\\w-]+/[!#$%&'*+.^_`{|}~\\w-]+")) {
            return type;
        }
        boolean isMultipart = type.startsWith("multipart")
                || (type.isEmpty() && !field.values("boundary").isEmpty());
        if (isMultipart) {
            String subtype = type.substring(type.lastIndexOf('/') + 1).replaceAll("[^\\w.+-]", "");
            return "multipart/" + (subtype.isEmpty() || subtype.equals("multipart") ? "mixed" : subtype);
        }
        return unreadable;
    }

    boolean isMultipart() {
        return type.startsWith("multipart/");
    }

    // RFC 2046 §5.1.5: the parts of a digest are messages unless they declare another type
    /// @return type of a part of this multipart that has no Content-Type
    String defaultTypeOfParts() {
        return type.equals("multipart/digest") ? "message/rfc822" : "text/plain";
    }

    /// @return whether a signature or encryption protects the part (RFC 1847 §2.1, RFC 3156, RFC 8551 §3.9)
    boolean isProtected() {
        return type.equals("multipart/signed")
                || type.equals("multipart/encrypted")
                || type.equals("application/pgp-encrypted")
                || type.contains("pkcs7")
                || (type.startsWith("application/")
                        && fileName != null
                        && SMIME_NAME.matcher(fileName).matches());
    }

    /// Tests whether the part is a file. The text of the message, a meeting request (RFC 6047), multiparts,
    /// attached messages, signed or encrypted parts, and messages in the format of Outlook (TNEF) are not
    /// files.
    ///
    /// @param isBody whether a text in the position of the part is the text of the message
    boolean isFile(boolean isBody) {
        if (isMultipart() || type.startsWith("message/") || isProtected() || NO_FILES.contains(type)) {
            return false;
        }
        if (!type.startsWith("text/") || disposition.equals("attachment")) {
            return true;
        }
        boolean isMeeting =
                type.equals("text/calendar") && typeField.text("method").isPresent();
        return fileName != null && !isMeeting && !(isBody && BODY_TYPES.contains(type));
    }

    private static String value(List<RawField> fields, String name) {
        return fields.stream()
                .filter(field -> field.is(name))
                .map(RawField::value)
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("");
    }

    /// @return whether a field that describes a part occurs several times with different values
    static boolean isContradictory(List<RawField> fields) {
        return Stream.of(CONTENT_TYPE, DISPOSITION, TRANSFER_ENCODING).anyMatch(name -> isContradictory(fields, name));
    }

    private static boolean isContradictory(List<RawField> fields, String name) {
        Set<String> values = new LinkedHashSet<>();
        fields.stream().filter(field -> field.is(name)).map(RawField::value).forEach(values::add);
        return values.size() > 1;
    }

    /// Decodes encoded words, which many programs use in parameters although they are not allowed there.
    /// Removes unsafe characters, and truncates the name to 255 characters before its extension.
    static String displayable(String name) {
        String safe = EncodedWords.decode(name)
                .codePoints()
                .filter(VisibleText::isSafe)
                .mapToObj(Character::toString)
                .collect(Collectors.joining())
                .strip();
        int length = safe.codePointCount(0, safe.length());
        if (length <= MAX_NAME) {
            return safe;
        }
        int dot = safe.lastIndexOf('.');
        String extension = dot < 0 || safe.length() - dot > MAX_EXTENSION ? "" : safe.substring(dot);
        int stem = MAX_NAME - extension.codePointCount(0, extension.length());
        return safe.substring(0, safe.offsetByCodePoints(0, stem)).strip() + extension;
    }
}
