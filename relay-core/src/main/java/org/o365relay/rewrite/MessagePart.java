package org.o365relay.rewrite;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A part of a message: the message itself, a multipart, or a part that is not divided further.
///
/// @param parent the enclosing multipart; null for the message itself
/// @param index index of the part in its multipart, from 0
/// @param fields fields of the header
/// @param boundary boundary of a multipart that is divided further; otherwise null
/// @param doubt what other programs may read differently
record MessagePart(
        @Nullable MessagePart parent,
        int index,
        PartHeader header,
        List<RawField> fields,
        @Nullable Boundary boundary,
        Doubt doubt,
        Offsets offsets) {

    /// What other programs may read differently.
    enum Doubt {
        NONE,
        /// The header: it contains other lines than fields, does not end, or its fields contradict each other.
        HEADER,
        /// The content: it contains lines that resemble a delimiter or the header of a part.
        CONTENT
    }

    /// Offsets in the stored message.
    ///
    /// @param from offset of the delimiter before the part; offset of the content for the message itself
    /// @param header offset of the header
    /// @param body offset of the content
    /// @param bodyEnd end of the content, without the line ending before the next delimiter; not set for a part
    ///     with a boundary
    /// @param to offset of the delimiter after the part; not set for a part with a boundary
    record Offsets(long from, long header, long body, long bodyEnd, long to) {}

    /// @return number of enclosing multiparts
    int level() {
        return parent == null ? 0 : parent.level() + 1;
    }

    /// @return whether the part is a file that can be sent separately
    boolean isRemovable() {
        boolean isBody = parent == null || index == 0 || parent.header.type().equals("multipart/alternative");
        boolean isReferencedByLocation = header.hasLocation() && header.contentId() == null && isRelated();
        return doubt == Doubt.NONE && !isReferencedByLocation && boundary == null && header.isFile(isBody);
    }

    private boolean isRelated() {
        return parent != null && parent.header.type().equals("multipart/related");
    }

    /// @return the part as an attachment. It is inline if the text is assumed to refer to it
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
                offsets.body(),
                offsets.bodyEnd());
    }

    long length() {
        return offsets.to() - offsets.from();
    }
}
