package org.o365relay.alert;

import java.time.Instant;

/// An alert, as reported to the admin.
///
/// @param name name of the alert ([AlertKind]), such as `mailbox-blocked relay@contoso.com`
/// @param since time at which the condition was first detected
/// @param subject the problem in a few words, without a full stop
/// @param text the problem in one to three sentences
/// @param advice what to do; may be empty
public record Alert(String name, Instant since, String subject, String text, String advice) {}
