package org.o365relay.identity;

import java.time.Duration;

/// What a user must do to sign in with a code (RFC 8628 §3.3).
///
/// @param code the code that the user must enter
/// @param page URL of the page on which the user enters the code
/// @param validFor how long the code is valid
public record LoginPrompt(String code, String page, Duration validFor) {}
