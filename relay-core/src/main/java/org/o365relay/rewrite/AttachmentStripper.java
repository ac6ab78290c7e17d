package org.o365relay.rewrite;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.o365relay.rewrite.AttachmentFinder.FoundAttachment;

/// Removes attachments from a message, the largest first, until the remaining message is small enough. The rest
/// of the body is copied byte for byte; an empty text part replaces a removed first part of a multipart.
public final class AttachmentStripper {

    private AttachmentStripper() {}

    /// @param header the header that replaces the header of the message
    /// @param limit maximum size of the remaining message, in octets
    /// @return the message without its largest attachments; empty if the message cannot be made small enough,
    ///     for example because its text is too large, or because its large parts are attached messages, or are
    ///     signed or encrypted
    public static Optional<StrippedMessage> strip(StoredContent message, ReaddressedHeader header, long limit)
            throws IOException {
        List<FoundAttachment> removed = largest(message, header, limit);
        boolean isSingleFile =
                removed.stream().anyMatch(found -> found.position().parent() == null);
        byte[] newHeader = isSingleFile ? withoutContentFields(header.header()) : header.header();
        long size = newHeader.length
                + message.size()
                - header.bodyOffset()
                - removed.stream().mapToLong(AttachmentStripper::savedOctets).sum();
        if (size > limit) {
            return Optional.empty();
        }
        return Optional.of(new StrippedMessage(
                rest(message, newHeader, header.bodyOffset(), removed),
                removed.stream().map(FoundAttachment::attachment).toList()));
    }

    /// @return the attachments to remove, in message order
    private static List<FoundAttachment> largest(StoredContent message, ReaddressedHeader header, long limit)
            throws IOException {
        List<FoundAttachment> all;
        try (InputStream in = message.read(0, message.size())) {
            all = new ArrayList<>(AttachmentFinder.find(in));
        }
        all.sort(Comparator.comparingLong(FoundAttachment::length).reversed());
        List<FoundAttachment> removed = new ArrayList<>();
        long size = header.header().length + message.size() - header.bodyOffset();
        for (FoundAttachment found : all) {
            if (size <= limit) {
                break;
            }
            removed.add(found);
            size -= savedOctets(found);
        }
        removed.sort(Comparator.comparingLong(FoundAttachment::from));
        return removed;
    }

    private static long savedOctets(FoundAttachment found) {
        return found.length() - placeholder(found).length;
    }

    /// If the attachment is the first part of a multipart, returns an empty text part to replace it: mail
    /// clients expect the text there, and a multipart needs at least one part (RFC 2046 §5.1.1). Otherwise
    /// returns an empty array.
    private static byte[] placeholder(FoundAttachment found) {
        AttachmentFinder.Multipart multipart = found.position().parent();
        if (multipart == null || found.position().index() > 0) {
            return new byte[0];
        }
        return ("--" + multipart.boundary() + "\r\nContent-Type: text/plain\r\n\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] rest(StoredContent message, byte[] header, long bodyAt, List<FoundAttachment> removed)
            throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        rest.write(header);
        long from = bodyAt;
        for (FoundAttachment found : removed) {
            copy(message, from, found.from(), rest);
            rest.write(placeholder(found));
            from = found.to();
        }
        copy(message, from, message.size(), rest);
        return rest.toByteArray();
    }

    private static void copy(StoredContent message, long from, long to, ByteArrayOutputStream rest) throws IOException {
        try (InputStream in = message.read(from, to)) {
            in.transferTo(rest);
        }
    }

    /// Removes the `Content-*` fields from the header of a message that consists of a single attachment,
    /// because the body that remains is empty.
    private static byte[] withoutContentFields(byte[] header) throws IOException {
        List<RawField> fields = new HeaderReader(new ByteArrayInputStream(header), header.length)
                .read()
                .fields();
        return (fields.stream()
                                .filter(field ->
                                        !field.name().toLowerCase(Locale.ROOT).startsWith("content-"))
                                .map(RawField::text)
                                .collect(Collectors.joining())
                        + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
