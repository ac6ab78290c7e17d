package org.o365relay.alert;

import java.time.Instant;

/// Something that is wrong, and that the admin should know of.
///
/// @param name the same for the same trouble: `lane-paused relay@contoso.com`
/// @param since when it began
/// @param subject what is wrong, in a few words
/// @param text what is wrong, in a sentence or two
/// @param advice what to do; may be empty
public record Alert(String name, Instant since, String subject, String text, String advice) {}
