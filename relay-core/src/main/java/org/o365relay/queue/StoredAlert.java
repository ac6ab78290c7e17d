package org.o365relay.queue;

import java.time.Instant;

/// What the admin has been told is wrong, and not yet that it is right again.
///
/// @param name the same for the same trouble
/// @param since when it began
/// @param subject what is wrong, in a few words
/// @param text what is wrong, in a sentence or two
/// @param advice what to do; may be empty
/// @param emailed whether a letter has told of it
public record StoredAlert(String name, Instant since, String subject, String text, String advice, boolean emailed) {}
