package org.o365relay.identity;

import java.time.Duration;

/// What a user must do to sign in with a code (RFC 8628 §3.3).
///
/// @param code code to enter
/// @param page URL of the page to enter it on
/// @param validFor how long the relay waits
public record LoginPrompt(String code, String page, Duration validFor) {}
