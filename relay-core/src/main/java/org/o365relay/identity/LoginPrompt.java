package org.o365relay.identity;

import java.time.Duration;

/// What a user has to do to sign in with a code (RFC 8628 §3.3).
///
/// @param code to be typed in
/// @param page where
/// @param validFor how long the relay will wait
public record LoginPrompt(String code, String page, Duration validFor) {}
