package org.o365relay.sandbox;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.entra.EntraSettings;

/// The settings of a sandbox. Start with [#in(Path, SandboxMailbox...)].
///
/// @param directory directory for the certificate and accepted messages; created if missing
/// @param certificateValidity validity period of a newly generated certificate, at least a day
/// @param timeScale divisor of Microsoft's durations, more than 0: with 60, a minute takes a second
public record SandboxSettings(
        ListenSettings listen,
        Path directory,
        Keep keep,
        Duration certificateValidity,
        SubmissionSettings submission,
        SandboxLimits limits,
        EntraSettings entra,
        GraphSettings graph,
        Connector connector,
        double timeScale) {

    /// The SIZE that EHLO announces (RFC 1870), in octets: the maximum of Exchange Online.
    public static final long ADVERTISED_SIZE = 157_286_400;

    /// What to keep of an accepted message.
    public enum Keep {
        /// `NNNN-….eml` and `NNNN-….json` in the directory, and a record in memory.
        FILES,
        /// A record in memory.
        RECORDS,
        /// Only the number of messages, for load tests.
        COUNT
    }

    public SandboxSettings {
        if (certificateValidity.toDays() < 1) {
            throw new IllegalArgumentException("the certificate must be valid for at least a day");
        }
        if (!(timeScale > 0)) {
            throw new IllegalArgumentException("the time scale must be more than 0");
        }
    }

    /// Returns settings with client submission only, on any free port of the loopback address. Files are kept;
    /// size limit and tarpit are as in Exchange Online; there are no other limits.
    public static SandboxSettings in(Path directory, SandboxMailbox... mailboxes) {
        return new SandboxSettings(
                new ListenSettings(InetAddress.getLoopbackAddress(), 0, null, null),
                directory,
                Keep.FILES,
                Duration.ofDays(365),
                SubmissionSettings.of(List.of(mailboxes)),
                SandboxLimits.NONE,
                EntraSettings.of(),
                GraphSettings.MICROSOFT,
                Connector.directSendTo(EntraSettings.DOMAIN),
                1);
    }

    /// Returns these settings with all limits of Exchange Online.
    public SandboxSettings withMicrosoftLimits() {
        return limits(limits -> SandboxLimits.MICROSOFT);
    }

    /// Returns these settings with the token service and Graph for the apps, on any free port.
    public SandboxSettings withApps(AppRegistration... apps) {
        return https(0).entra(entra -> entra.with(apps));
    }

    public SandboxSettings at(InetAddress address, int smtpPort) {
        return with(new ListenSettings(address, smtpPort, listen.https(), listen.mx()));
    }

    public SandboxSettings https(int port) {
        return with(new ListenSettings(listen.address(), listen.smtp(), port, listen.mx()));
    }

    public SandboxSettings mx(int port) {
        return with(new ListenSettings(listen.address(), listen.smtp(), listen.https(), port));
    }

    public SandboxSettings with(Keep newKeep) {
        return new SandboxSettings(
                listen,
                directory,
                newKeep,
                certificateValidity,
                submission,
                limits,
                entra,
                graph,
                connector,
                timeScale);
    }

    public SandboxSettings withTarpit(Duration tarpit) {
        return submission(settings -> settings.withTarpit(tarpit));
    }

    public SandboxSettings withContentLimit(long octets) {
        return submission(settings -> settings.withContentLimit(octets));
    }

    public SandboxSettings withoutExtensions(String... keywords) {
        return submission(settings -> settings.withoutExtensions(keywords));
    }

    public SandboxSettings withTimeScale(double scale) {
        return new SandboxSettings(
                listen, directory, keep, certificateValidity, submission, limits, entra, graph, connector, scale);
    }

    public SandboxSettings with(ListenSettings newListening) {
        return new SandboxSettings(
                newListening,
                directory,
                keep,
                certificateValidity,
                submission,
                limits,
                entra,
                graph,
                connector,
                timeScale);
    }

    public SandboxSettings submission(UnaryOperator<SubmissionSettings> change) {
        return new SandboxSettings(
                listen,
                directory,
                keep,
                certificateValidity,
                change.apply(submission),
                limits,
                entra,
                graph,
                connector,
                timeScale);
    }

    public SandboxSettings limits(UnaryOperator<SandboxLimits> change) {
        return new SandboxSettings(
                listen,
                directory,
                keep,
                certificateValidity,
                submission,
                change.apply(limits),
                entra,
                graph,
                connector,
                timeScale);
    }

    public SandboxSettings entra(UnaryOperator<EntraSettings> change) {
        return new SandboxSettings(
                listen,
                directory,
                keep,
                certificateValidity,
                submission,
                limits,
                change.apply(entra),
                graph,
                connector,
                timeScale);
    }

    public SandboxSettings graph(UnaryOperator<GraphSettings> change) {
        return new SandboxSettings(
                listen,
                directory,
                keep,
                certificateValidity,
                submission,
                limits,
                entra,
                change.apply(graph),
                connector,
                timeScale);
    }

    public SandboxSettings connector(UnaryOperator<Connector> change) {
        return new SandboxSettings(
                listen,
                directory,
                keep,
                certificateValidity,
                submission,
                limits,
                entra,
                graph,
                change.apply(connector),
                timeScale);
    }

    /// @return the duration divided by the time scale
    Duration scaled(Duration time) {
        return timeScale == 1 ? time : Duration.ofNanos((long) (time.toNanos() / timeScale));
    }
}
