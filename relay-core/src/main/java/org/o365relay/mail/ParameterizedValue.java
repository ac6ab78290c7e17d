package org.o365relay.mail;

import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The value of a `Content-Type` or `Content-Disposition` field (RFC 2045 §5.1, RFC 2183), read tolerantly:
///
/// - a parameter value without quotes that is not a token, with or without comments, ends at the next
///   semicolon, whatever else it contains, or before another well-known parameter if the semicolon is missing;
/// - a quote ends a value only before a semicolon, the end or another parameter; in quotes, a
///   backslash escapes only a quote or a backslash, because programs write Windows paths;
/// - text that is not a parameter, comments, and extra semicolons are skipped.
///
/// Strings hold one octet per character unless stated otherwise.
///
/// @param main the value before the parameters, in lower case without white space; empty if there is none
/// @param parameters the parameters in order, with their names in lower case; a name may occur several times
public record ParameterizedValue(String main, List<Parameter> parameters) {

    private static final int MAX_FIELD = 8_192;
    private static final Pattern HEX_PAIR = Pattern.compile("[0-9a-fA-F]{2}");

    /// A parameter.
    ///
    /// @param name name in lower case, with the suffix of RFC 2231 §3 if there is one
    /// @param value value without quotes and comments
    /// @param withComments value with the comments before and after it, which many programs read as part of it
    public record Parameter(String name, String value, String withComments) {

        static Parameter of(String name, String value) {
            return new Parameter(name, value, value);
        }
    }

    /// Reads an unfolded field value. Parsing takes quadratic time, so only the first 8,192 octets and 100
    /// parameters are read.
    public static ParameterizedValue parse(String field) {
        return new ParameterScanner(field.substring(0, Math.min(field.length(), MAX_FIELD))).read();
    }

    /// @return the distinct values of the parameter as written, with comments; encodings are not decoded
    public Set<String> values(String name) {
        Set<String> values = new LinkedHashSet<>();
        parameters.stream()
                .filter(parameter -> parameter.name().equals(name))
                .forEach(parameter -> values.add(parameter.withComments()));
        return values;
    }

    /// Decodes a parameter (RFC 2231 §3). The encoded form is preferred to the plain one, and the first of
    /// several plain ones is used. Octets of an unknown or wrong charset are decoded as UTF-8 if valid,
    /// otherwise as windows-1252.
    ///
    /// @param name name of the parameter in lower case
    /// @return the value as text; empty if the parameter is missing or has no value
    public Optional<String> text(String name) {
        return extended(name)
                .or(() -> parameters.stream()
                        .filter(parameter -> parameter.name().equals(name))
                        .findFirst()
                        .map(parameter -> RawText.of(octets(parameter.value()))))
                .filter(text -> !text.isBlank());
    }

    /// @return the names of the parameters in order, without suffixes
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        parameters.forEach(parameter -> names.add(parameter.name().split("\\*", 2)[0]));
        return names;
    }

    private Optional<String> extended(String name) {
        Map<Integer, Parameter> segments = new TreeMap<>();
        for (Parameter parameter : parameters) {
            if (parameter.name().startsWith(name + "*")) {
                String suffix = parameter.name().substring(name.length() + 1).replace("*", "");
                if (suffix.length() <= 4 && suffix.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    segments.putIfAbsent(suffix.isEmpty() ? 0 : Integer.parseInt(suffix), parameter);
                }
            }
        }
        return segments.isEmpty() ? Optional.empty() : Optional.of(joined(List.copyOf(segments.values())));
    }

    private static String joined(List<Parameter> segments) {
        String[] first = segments.getFirst().value().split("'", 3);
        boolean hasCharset = first.length == 3 && segments.getFirst().name().endsWith("*");
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int i = 0; i < segments.size(); i++) {
            String value = i == 0 && hasCharset ? first[2] : segments.get(i).value();
            octets.writeBytes(segments.get(i).name().endsWith("*") ? percentDecoded(value) : octets(value));
        }
        return hasCharset ? decoded(octets.toByteArray(), first[0]) : RawText.of(octets.toByteArray());
    }

    private static String decoded(byte[] octets, String charset) {
        try {
            return Charset.forName(MimeUtility.javaCharset(charset))
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException unknownOrWrongCharset) {
            return RawText.of(octets);
        }
    }

    private static byte[] percentDecoded(String value) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int i = 0; i < value.length(); i++) {
            boolean isEncoded = value.charAt(i) == '%'
                    && HEX_PAIR.matcher(value).region(i + 1, value.length()).lookingAt();
            octets.write(isEncoded ? Integer.parseInt(value, i + 1, i + 3, 16) : value.charAt(i));
            i += isEncoded ? 2 : 0;
        }
        return octets.toByteArray();
    }

    private static byte[] octets(String value) {
        return value.getBytes(StandardCharsets.ISO_8859_1);
    }
}
