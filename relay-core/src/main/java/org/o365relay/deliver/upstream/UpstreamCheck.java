package org.o365relay.deliver.upstream;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The result of connecting to the upstream and signing in, without sending mail.
///
/// @param findings findings of the steps before the failure, in order
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
    /// @param failed whether a later failure showed that this step had failed
    public record Finding(Response.Step step, String detail, String advice, boolean failed) {

        /// A finding without a warning.
        public Finding(Response.Step step, String detail) {
            this(step, detail, "");
        }

        public Finding(Response.Step step, String detail, String advice) {
            this(step, detail, advice, false);
        }

        /// @return a copy of a finding that turned out to be a failure
        public Finding asFailed() {
            return new Finding(step, detail, advice, true);
        }

        /// @return whether the finding reports a problem that prevents some mail from being sent, now or soon
        public boolean isWarning() {
            return !advice.isEmpty();
        }
    }
}
