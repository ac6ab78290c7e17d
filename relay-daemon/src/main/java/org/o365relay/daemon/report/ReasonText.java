package org.o365relay.daemon.report;

/// What a reason means, and what to do about it.
///
/// @param cause in plain words; empty if the relay does not know either
/// @param advice what to click or type; empty if there is nothing to do
public record ReasonText(String cause, String advice) {

    static final ReasonText UNKNOWN = new ReasonText("", "");
}
