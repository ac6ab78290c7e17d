package org.o365relay.queue;

import java.time.Instant;

/// An active alert: the problem that it reports is not resolved yet.
///
/// @param name name of the alert, which identifies the problem
/// @param since when the problem began
/// @param subject description of the problem in a few words
/// @param text description of the problem in one to three sentences
/// @param advice the remedy; may be empty
/// @param emailed whether an email about the problem was queued
public record StoredAlert(String name, Instant since, String subject, String text, String advice, boolean emailed) {}
