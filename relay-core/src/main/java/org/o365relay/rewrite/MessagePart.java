package org.o365relay.rewrite;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A part of a message: the message itself, a multipart, or a part that is not divided further. Offsets are
/// those in the stored message.
///
/// @param level number of enclosing multiparts
/// @param parent the enclosing multipart; null for the message itself
/// @param index index of the part in its multipart, from 0
/// @param fields fields of the header
/// @param boundary boundary of a multipart that is divided further; otherwise null
/// @param readsDifferently whether other programs may read the part differently, because its header is
///     malformed or contradictory, or a line of its content resembles a delimiter
/// @param from offset of the delimiter before the part; offset of the content for the message itself
/// @param headerFrom offset of the header
/// @param bodyFrom offset of the content
/// @param bodyTo end of the content, without the line ending before the next delimiter; not set for a part with a
///     boundary
/// @param to offset of the delimiter after the part; not set for a part with a boundary
record MessagePart(
        int level,
        @Nullable MessagePart parent,
        int index,
        PartHeader header,
        List<RawField> fields,
        @Nullable Boundary boundary,
        boolean readsDifferently,
        long from,
        long headerFrom,
        long bodyFrom,
        long bodyTo,
        long to) {

    /// @return whether the part is a file that can be sent separately
    boolean isRemovable() {
        boolean isBody = parent == null || index == 0 || parent.header.type().equals("multipart/alternative");
        boolean isReferencedByLocation = header.hasLocation() && header.contentId() == null && isRelated();
        return !readsDifferently && !isReferencedByLocation && boundary == null && header.isFile(isBody);
    }

    private boolean isRelated() {
        return parent != null && parent.header.type().equals("multipart/related");
    }

    /// @return the part as an attachment. It is inline if the text refers to it
    Attachment attachment() {
        boolean isReferenced = header.contentId() != null
                && (header.disposition().equals("inline")
                        || (isRelated() && !header.disposition().equals("attachment")));
        String name = header.fileName();
        return new Attachment(
                name == null ? DefaultFileName.of(header.type()) : name,
                header.type(),
                header.contentId(),
                isReferenced,
                header.encoding(),
                bodyFrom,
                bodyTo);
    }

    long length() {
        return to - from;
    }
}
