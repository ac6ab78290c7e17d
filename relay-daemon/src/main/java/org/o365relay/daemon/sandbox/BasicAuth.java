package org.o365relay.daemon.sandbox;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What becomes of a right password.
public enum BasicAuth {
    ON(null),
    /// As it will be after December 2026, unless it is switched on again.
    RETIRED("550 5.7.30 Basic authentication is not supported for Client Submission."),
    /// By an authentication policy.
    BLOCKED("535 5.7.139 Authentication unsuccessful, basic authentication is disabled."),
    /// By the security defaults of the tenant.
    SECURITY_DEFAULTS("535 5.7.139 Authentication unsuccessful, user is locked by your organization's security"
            + " defaults policy. Contact your administrator."),
    /// By Conditional Access.
    CONDITIONAL_ACCESS("535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be"
            + " authenticated successfully. Contact your administrator.");

    private final @Nullable String refusal;

    BasicAuth(@Nullable String refusal) {
        this.refusal = refusal;
    }

    Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }
}
