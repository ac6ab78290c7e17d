package org.o365relay.rewrite;

import jakarta.mail.internet.ContentDisposition;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.ParameterList;
import jakarta.mail.internet.ParseException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.AsciiCase;
import org.o365relay.mail.ParameterizedValue;

/// Rewrites the fields of a part that a strict parser would read differently from [PartHeader] or reject. All
/// other fields stay unchanged.
final class StandardHeader {

    private final PartHeader header;
    private final String boundary;

    /// @param boundary boundary of a multipart, one octet per character; empty for any other part
    private StandardHeader(PartHeader header, String boundary) {
        this.header = header;
        this.boundary = boundary;
    }

    /// @return the fields of the part in standard form
    static List<RawField> of(MessagePart part) {
        Boundary boundary = part.boundary();
        StandardHeader standard = new StandardHeader(part.header(), boundary == null ? "" : boundary.value());
        List<RawField> fields = new ArrayList<>();
        for (RawField field : part.fields()) {
            RawField rewritten = standard.rewritten(field);
            if (rewritten != null) {
                fields.add(rewritten);
            }
        }
        return fields;
    }

    /// @return the header with the empty line after it
    static byte[] octets(List<RawField> fields) {
        return (fields.stream().map(RawField::text).collect(Collectors.joining()) + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /// @return the field in standard form; null if it must be removed
    private @Nullable RawField rewritten(RawField field) {
        if (field.is(PartHeader.CONTENT_TYPE)) {
            return field.isEmpty() ? null : isStandardType(field.value()) ? field : contentType(field.name());
        }
        if (field.is(PartHeader.DISPOSITION)) {
            return field.isEmpty() ? null : isStandardDisposition(field.value()) ? field : disposition(field);
        }
        if (field.is(PartHeader.TRANSFER_ENCODING)) {
            return transferEncoding(field);
        }
        return field;
    }

    private boolean isStandardType(String value) {
        try {
            ContentType strict = new ContentType(value);
            boolean sameBoundary = boundary.isEmpty() || boundary.equals(strict.getParameter("boundary"));
            // Some programs read a comment before the type as part of it
            return strict.getBaseType().equalsIgnoreCase(header.type())
                    && AsciiCase.lower(value).startsWith(header.type())
                    && sameBoundary
                    && hasSameParameters(strict.getParameterList(), header.typeField());
        } catch (ParseException notStandard) {
            return false;
        }
    }

    private static boolean isStandardDisposition(String value) {
        try {
            ContentDisposition strict = new ContentDisposition(value);
            ParameterizedValue tolerant = ParameterizedValue.parse(value);
            return tolerant.main().equalsIgnoreCase(strict.getDisposition())
                    && hasSameParameters(strict.getParameterList(), tolerant);
        } catch (ParseException notStandard) {
            return false;
        }
    }

    private static boolean hasSameParameters(@Nullable ParameterList strict, ParameterizedValue tolerant) {
        return tolerant.names().stream()
                .filter(name -> !name.equals("boundary"))
                .allMatch(name -> Objects.toString(strict == null ? null : strict.get(name), "")
                        .equals(tolerant.text(name).orElse("")));
    }

    private RawField contentType(String name) {
        ParameterList parameters = parameters(header.typeField());
        if (!boundary.isEmpty()) {
            parameters.set("boundary", boundary);
        }
        return RawField.of(
                name,
                header.type()
                        + parameters.toString(name.length() + 2 + header.type().length()));
    }

    private static @Nullable RawField disposition(RawField field) {
        ParameterizedValue value = ParameterizedValue.parse(field.value());
        String type = value.main().matches("[a-z0-9-]+") ? value.main() : "attachment";
        return RawField.of(
                field.name(), type + parameters(value).toString(field.name().length() + 2 + type.length()));
    }

    private static ParameterList parameters(ParameterizedValue value) {
        ParameterList parameters = new ParameterList();
        value.names().stream()
                .filter(name -> name.matches("[a-z0-9_.-]+") && !name.equals("boundary"))
                .forEach(name -> value.text(name)
                        .map(PartHeader::displayable)
                        .ifPresent(text -> parameters.set(name, text, "UTF-8")));
        return parameters;
    }

    private RawField transferEncoding(RawField field) {
        String token = header.isMultipart() && !boundary.isEmpty()
                ? "8bit"
                : header.encoding().token();
        boolean isStandard =
                field.value().matches("(?i)7bit|8bit|binary") || field.value().equalsIgnoreCase(token);
        return isStandard || token.isEmpty() ? field : RawField.of(field.name(), token);
    }
}
