package org.o365relay.notice;

import java.util.List;

/// The content of an email to the admin.
///
/// @param id left-hand side of the Message-ID: letters, digits, dots and hyphens; always the same for the same
///     warning
/// @param subject the subject of the email
/// @param paragraphs what happened or will happen, and what to do
public record AdminWarning(String id, String subject, List<String> paragraphs) {

    public AdminWarning {
        paragraphs = List.copyOf(paragraphs);
    }
}
