package org.o365relay.sandbox.graph;

import jakarta.activation.DataSource;
import jakarta.activation.FileDataSource;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.web.JsonValues;

/// An attachment of a draft.
///
/// @param contentId Content-ID without angle brackets; empty if there is none
/// @param file temporary file with the content, deleted with the draft; null if the content is in memory
record DraftAttachment(
        String name,
        String type,
        boolean inline,
        String contentId,
        DataSource content,
        @Nullable Path file) {

    /// @param members JSON members of a `fileAttachment`
    static DraftAttachment of(Map<String, @Nullable Object> members) throws GraphRefusal {
        try {
            byte[] content = Base64.getDecoder().decode(JsonValues.asText(members.get("contentBytes")));
            return create(members, new ByteArrayDataSource(content, "application/octet-stream"), null);
        } catch (IllegalArgumentException notBase64) {
            throw GraphRefusal.badRequest("Cannot convert the literal to the expected type 'Edm.Binary'.");
        }
    }

    /// @param members JSON members of an `attachmentItem`
    static DraftAttachment uploaded(Path file, Map<String, @Nullable Object> members) throws GraphRefusal {
        return create(members, new FileDataSource(file.toFile()), file);
    }

    /// @param members JSON members of a `fileAttachment` or an `attachmentItem`
    static void checkName(Map<String, @Nullable Object> members) throws GraphRefusal {
        if (JsonValues.asText(members.get("name")).isEmpty()) {
            throw GraphRefusal.badRequest("The property 'name' is required.");
        }
    }

    private static DraftAttachment create(
            Map<String, @Nullable Object> members, DataSource content, @Nullable Path file) throws GraphRefusal {
        checkName(members);
        String name = JsonValues.asText(members.get("name"));
        String type = JsonValues.asText(members.get("contentType"));
        return new DraftAttachment(
                name,
                type.isEmpty() ? "application/octet-stream" : type,
                Boolean.TRUE.equals(members.get("isInline")),
                JsonValues.asText(members.get("contentId")),
                content,
                file);
    }

    void delete() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }
}
