package org.o365relay.accept;

import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.accept.tls.Tls;

/// The settings in force, and what new sessions need.
///
/// @param tls TLS of the server; null if no certificate is configured
record Acceptance(
        AcceptSettings settings,
        SessionFactory sessions,
        PipelineFactory pipelines,
        @Nullable Tls tls) {

    SessionLimits limits() {
        return settings.session().limits();
    }
}
