package org.o365relay.queue;

import java.time.Instant;

/// An active alert: the admin was notified of a problem that is not resolved yet.
///
/// @param name name of the alert, which identifies the problem
/// @param since when the problem began
/// @param subject the problem in a few words
/// @param text the problem in a sentence or two
/// @param advice the remedy; may be empty
/// @param emailed whether an email was sent
public record StoredAlert(String name, Instant since, String subject, String text, String advice, boolean emailed) {}
