package org.o365relay.rewrite;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.rewrite.MessagePart.Doubt;
import org.o365relay.rewrite.PartFinder.FoundParts;
import org.o365relay.rewrite.StripResult.Unsplittable;

/// Removes attachments from a message, the largest first, until the remaining message is small enough.
///
/// A part is removed only if every program reads it the same way. The header fields that describe the remaining
/// parts are rewritten if they do not follow the standard ([StandardHeader]), and an empty text part replaces a
/// removed first part of a multipart; everything else is copied byte for byte. The result is checked with
/// another parser ([DraftCheck]).
public final class AttachmentStripper {

    private final StoredContent message;
    private final long bodyOffset;
    private final List<MessagePart> parts;
    private final IdentityHashMap<MessagePart, byte[]> headers = new IdentityHashMap<>(); // headers to be replaced
    private final Set<MessagePart> removed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final byte[] messageHeader;
    private boolean isMalformedProtected; // whether the header of a signed or encrypted part is malformed
    private @Nullable String damaged; // name of a file that cannot be removed because it is encoded incorrectly

    private AttachmentStripper(StoredContent message, ReaddressedHeader header, List<MessagePart> parts) {
        this.message = message;
        this.bodyOffset = header.bodyOffset();
        this.parts = parts;
        this.messageHeader = header.header();
    }

    /// @param header the header that replaces the header of the message
    /// @param limit maximum size of the remaining message, in octets
    /// @return the message without its largest attachments, or why these cannot be removed
    public static StripResult strip(StoredContent message, ReaddressedHeader header, long limit) throws IOException {
        List<RawField> fields = fields(header.header());
        FoundParts found = PartFinder.find(message, fields, header.bodyOffset());
        if (found.obstacle() != null) {
            return new Unsplittable(found.obstacle());
        }
        return new AttachmentStripper(message, header, found.parts()).strip(limit);
    }

    private static List<RawField> fields(byte[] header) throws IOException {
        return new HeaderReader(new ByteArrayInputStream(header), HeaderSizeLimit.REWRITTEN)
                .read()
                .fields();
    }

    private StripResult strip(long limit) throws IOException {
        parts.forEach(this::standardize);
        if (isMalformedProtected || remove(limit) > limit) {
            return new Unsplittable(reason());
        }
        byte[] rest = rest();
        return DraftCheck.isComplete(rest, message, parts, removed)
                ? new StrippedMessage(
                        rest,
                        parts.stream()
                                .filter(removed::contains)
                                .map(MessagePart::attachment)
                                .toList())
                : new Unsplittable("programs may read its MIME structure differently");
    }

    private void standardize(MessagePart part) {
        List<RawField> standard = StandardHeader.of(part);
        if (part.doubt() == Doubt.HEADER || standard.equals(part.fields())) {
            return;
        }
        if (part.header().isProtected()) {
            isMalformedProtected = true;
        } else {
            headers.put(part, StandardHeader.octets(standard));
        }
    }

    /// Chooses the attachments to remove.
    ///
    /// @return size of the remaining message
    private long remove(long limit) throws IOException {
        long size = size();
        List<MessagePart> removable = parts.stream()
                .filter(MessagePart::isRemovable)
                .sorted(Comparator.comparingLong(MessagePart::length).reversed())
                .toList();
        for (MessagePart part : removable) {
            if (size <= limit) {
                break;
            }
            if (part.attachment().isUnambiguous(message)) {
                removed.add(part);
                size -= part.length() + headerGrowth(part) - replacement(part).length;
            } else if (damaged == null) {
                damaged = part.attachment().name();
            }
        }
        return size;
    }

    private long size() {
        return messageHeader.length
                + message.size()
                - bodyOffset
                + parts.stream().mapToLong(this::headerGrowth).sum();
    }

    /// @return by how many octets the header of the part grows when it is rewritten; may be negative
    private long headerGrowth(MessagePart part) {
        byte[] rewritten = headers.get(part);
        if (rewritten == null) {
            return 0;
        }
        long original = part.parent() == null
                ? messageHeader.length
                : part.offsets().body() - part.offsets().header();
        return rewritten.length - original;
    }

    private String reason() {
        boolean isProtected = parts.stream().anyMatch(part -> part.header().isProtected());
        boolean isMalformed = parts.stream()
                .anyMatch(part -> part.doubt() != Doubt.NONE
                        && (part.header().isFile(true) || part.header().isMultipart()));
        return isProtected
                ? "it is signed or encrypted"
                : damaged != null
                        ? "its file “" + damaged + "” is encoded incorrectly"
                        : isMalformed
                                ? "programs may read its MIME structure differently"
                                : "its text or an attached message is too large";
    }

    /// Returns the octets that replace a removed part. If it is the first part of a multipart, this is an empty
    /// text part: mail clients expect the text there, and a multipart needs at least one part
    /// (RFC 2046 §5.1.1). If the message ends with the part, its multipart is closed.
    private byte[] replacement(MessagePart part) {
        MessagePart parent = part.parent();
        if (parent == null || parent.boundary() == null) {
            return new byte[0];
        }
        String delimiter = "--" + parent.boundary().value();
        String text = part.index() > 0 ? "" : delimiter + "\r\nContent-Type: text/plain\r\n\r\n\r\n";
        String closing = part.offsets().to() < message.size() ? "" : delimiter + "--\r\n";
        return (text + closing).getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] rest() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        MessagePart root = parts.getFirst();
        if (removed.contains(root)) {
            rest.writeBytes(withoutContentFields(root.fields()));
            return rest.toByteArray();
        }
        rest.writeBytes(headers.getOrDefault(root, messageHeader));
        long from = bodyOffset;
        for (MessagePart part : parts) {
            if (removed.contains(part)) {
                copy(from, part.offsets().from(), rest);
                rest.writeBytes(replacement(part));
                from = part.offsets().to();
            } else if (part.parent() != null && headers.containsKey(part)) {
                copy(from, part.offsets().header(), rest);
                rest.writeBytes(headers.getOrDefault(part, new byte[0]));
                from = part.offsets().body();
            }
        }
        copy(from, message.size(), rest);
        return rest.toByteArray();
    }

    private void copy(long from, long to, ByteArrayOutputStream rest) throws IOException {
        try (InputStream in = message.read(from, to)) {
            in.transferTo(rest);
        }
    }

    /// Removes the `Content-*` fields from the header of a message that consists of a single attachment,
    /// because the body that remains is empty.
    private static byte[] withoutContentFields(List<RawField> fields) {
        return StandardHeader.octets(fields.stream()
                .filter(field -> !field.name().toLowerCase(Locale.ROOT).startsWith("content-"))
                .toList());
    }
}
