package org.o365relay.daemon.report;

/// Explains why messages were deferred or failed.
///
/// @param cause cause in plain words; empty if unknown
/// @param advice what the admin can do; empty if there is nothing to do
public record ReasonText(String cause, String advice) {

    static final ReasonText UNKNOWN = new ReasonText("", "");
}
