package org.o365relay.deliver;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What came of walking to the upstream and signing in, without sending anything.
///
/// @param findings what went well, or well enough for mail to leave, in order
/// @param failure where it ended; null if it went well to the end
public record UpstreamCheck(
        List<Finding> findings, @Nullable Response failure) {

    public UpstreamCheck {
        findings = List.copyOf(findings);
    }

    /// @return whether mail could be handed over now
    public boolean succeeded() {
        return failure == null;
    }

    /// @return where it ended; empty if it went well to the end
    public Optional<Response> optionalFailure() {
        return Optional.ofNullable(failure);
    }

    /// One thing found out.
    ///
    /// @param detail a short sentence for a human; never a secret
    /// @param advice what the admin can do, which makes it a warning; empty if all is well
    public record Finding(Response.Step step, String detail, String advice) {

        /// All is well.
        public Finding(Response.Step step, String detail) {
            this(step, detail, "");
        }

        /// @return whether mail can leave, but not all of it, or not for long
        public boolean isWarning() {
            return !advice.isEmpty();
        }
    }
}
