package org.o365relay.notice;

/// Why a message was not delivered, in the language of the notice.
///
/// @param cause in plain words, without a full stop
/// @param authorAdvice what the author of the message can do, who is no admin; empty if nothing but to ask the admin
/// @param advice what the admin can do; empty if there is nothing to do
public record Reason(String cause, String authorAdvice, String advice) {}
