package org.o365relay.alert;

import java.time.Instant;

/// What the admin is told: something is wrong, or right again.
///
/// @param isCleared whether it is right again
/// @param at when it became so
/// @param isFirstEmail whether no letter has told of it yet
record AlertMessage(Alert alert, boolean isCleared, Instant at, boolean isFirstEmail) {}
