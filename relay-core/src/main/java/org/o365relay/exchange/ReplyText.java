package org.o365relay.exchange;

/// What is said of a known reply, in one language.
///
/// @param cause what it means, in plain words, without a full stop
/// @param authorAdvice what the author of a message can do, who is no admin; empty if nothing but to ask the admin
/// @param advice what the admin can do; empty if there is nothing to do but wait
public record ReplyText(String cause, String authorAdvice, String advice) {}
