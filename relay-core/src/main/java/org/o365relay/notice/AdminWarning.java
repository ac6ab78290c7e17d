package org.o365relay.notice;

import java.time.Instant;
import java.util.List;

/// Something the admin has to do before it stops the mail.
///
/// @param id makes the letter the same whenever it is written; letters, digits, dots and hyphens
/// @param subject what it is about, in a few words
/// @param paragraphs what will happen, when, and what to do
/// @param now when it was noticed
public record AdminWarning(String id, String subject, List<String> paragraphs, Instant now) {

    public AdminWarning {
        paragraphs = List.copyOf(paragraphs);
    }
}
