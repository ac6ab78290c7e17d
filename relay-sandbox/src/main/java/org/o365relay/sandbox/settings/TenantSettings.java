package org.o365relay.sandbox.settings;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.o365relay.sandbox.entra.EntraSettings;

/// The settings of the simulated tenant, which can change while the sandbox runs.
///
/// @param timeScale divisor for Microsoft's durations, such as those of rate limits and tokens; greater than 0;
///     with 60, a minute becomes a second
public record TenantSettings(
        SubmissionSettings submission,
        SandboxLimits limits,
        EntraSettings entra,
        GraphSettings graph,
        MxSettings mx,
        double timeScale) {

    /// The SIZE that EHLO announces (RFC 1870), in octets: the maximum of Exchange Online.
    public static final long ADVERTISED_SIZE = 157_286_400;

    public TenantSettings {
        if (!(timeScale > 0)) {
            throw new IllegalArgumentException("the time scale must be greater than 0");
        }
    }

    static TenantSettings of(SandboxMailbox... mailboxes) {
        return new TenantSettings(
                SubmissionSettings.of(List.of(mailboxes)),
                SandboxLimits.NONE,
                EntraSettings.of(),
                GraphSettings.MICROSOFT,
                MxSettings.directSendTo(EntraSettings.DOMAIN),
                1);
    }

    public TenantSettings submission(UnaryOperator<SubmissionSettings> change) {
        return new TenantSettings(change.apply(submission), limits, entra, graph, mx, timeScale);
    }

    public TenantSettings limits(UnaryOperator<SandboxLimits> change) {
        return new TenantSettings(submission, change.apply(limits), entra, graph, mx, timeScale);
    }

    public TenantSettings entra(UnaryOperator<EntraSettings> change) {
        return new TenantSettings(submission, limits, change.apply(entra), graph, mx, timeScale);
    }

    public TenantSettings graph(UnaryOperator<GraphSettings> change) {
        return new TenantSettings(submission, limits, entra, change.apply(graph), mx, timeScale);
    }

    public TenantSettings mx(UnaryOperator<MxSettings> change) {
        return new TenantSettings(submission, limits, entra, graph, change.apply(mx), timeScale);
    }

    public TenantSettings withTimeScale(double scale) {
        return new TenantSettings(submission, limits, entra, graph, mx, scale);
    }

    /// @return the duration divided by the time scale
    public Duration scaled(Duration time) {
        return timeScale == 1 ? time : Duration.ofNanos((long) (time.toNanos() / timeScale));
    }
}
