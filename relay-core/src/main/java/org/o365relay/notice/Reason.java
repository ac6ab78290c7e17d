package org.o365relay.notice;

/// Why delivery failed or is delayed, in the language of the notice.
///
/// @param cause the cause in plain language, without a full stop
/// @param authorAdvice what the author of the message can do without the help of an admin; if empty, the notice
///     asks the author to forward the notice to the admin
/// @param advice what the admin can do; empty if there is nothing to do
public record Reason(String cause, String authorAdvice, String advice) {}
