package org.o365relay.deliver.upstream;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The result of connecting to the upstream and signing in, without sending mail.
///
/// @param findings findings of the steps that succeeded, in order
/// @param failure failure that ended the check; null if it succeeded
public record UpstreamCheck(
        List<Finding> findings, @Nullable Response failure) {

    public UpstreamCheck {
        findings = List.copyOf(findings);
    }

    /// @return whether the relay could connect and sign in; the findings may still contain warnings
    public boolean succeeded() {
        return failure == null;
    }

    /// @return the failure that ended the check; empty if it succeeded
    public Optional<Response> optionalFailure() {
        return Optional.ofNullable(failure);
    }

    /// The result of one step.
    ///
    /// @param detail result in a few words; never contains a secret
    /// @param advice advice for the admin, if the finding is a warning; empty if nothing is wrong
    public record Finding(Response.Step step, String detail, String advice) {

        /// A finding without a warning.
        public Finding(Response.Step step, String detail) {
            this(step, detail, "");
        }

        /// @return whether the finding reports a problem that prevents some mail from being sent, now or soon
        public boolean isWarning() {
            return !advice.isEmpty();
        }
    }
}
