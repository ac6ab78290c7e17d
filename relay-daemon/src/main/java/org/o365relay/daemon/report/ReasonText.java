package org.o365relay.daemon.report;

/// Explains a reason for which messages are deferred or failed.
///
/// @param cause in plain words; empty if unknown
/// @param advice what the admin can do; empty if nothing
public record ReasonText(String cause, String advice) {

    static final ReasonText UNKNOWN = new ReasonText("", "");
}
