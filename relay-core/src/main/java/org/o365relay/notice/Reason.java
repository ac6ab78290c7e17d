package org.o365relay.notice;

/// Why delivery failed or is delayed, in the language of the notice.
///
/// @param cause the cause in plain words, without a full stop
/// @param authorAdvice what the author of the message can do, who is not an admin; empty for asking the admin
/// @param advice what the admin can do; empty if nothing
public record Reason(String cause, String authorAdvice, String advice) {}
