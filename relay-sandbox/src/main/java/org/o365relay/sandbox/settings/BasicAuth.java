package org.o365relay.sandbox.settings;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether the tenant accepts basic authentication and, if not, the reply to a correct password.
public enum BasicAuth {
    ON(null),
    /// Switched off by Microsoft, as it is by default in every tenant from the end of December 2026.
    RETIRED("550 5.7.30 Basic authentication is not supported for Client Submission."),
    /// Blocked by an authentication policy.
    BLOCKED("535 5.7.139 Authentication unsuccessful, basic authentication is disabled."),
    /// Blocked by the security defaults of the tenant.
    SECURITY_DEFAULTS("535 5.7.139 Authentication unsuccessful, user is locked by your organization's security"
            + " defaults policy. Contact your administrator."),
    /// Blocked by Conditional Access.
    CONDITIONAL_ACCESS("535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be"
            + " authenticated successfully. Contact your administrator.");

    private final @Nullable String refusal;

    BasicAuth(@Nullable String refusal) {
        this.refusal = refusal;
    }

    public Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }
}
