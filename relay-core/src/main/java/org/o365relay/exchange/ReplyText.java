package org.o365relay.exchange;

/// The texts for a known reply in one language.
///
/// @param cause the cause in plain language, without a full stop
/// @param authorAdvice what the author of the message, who is not an admin, can do; empty if only an
///     admin can help
/// @param advice what the admin can do; empty if the problem resolves itself
public record ReplyText(String cause, String authorAdvice, String advice) {}
