package org.o365relay.sandbox.settings;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.o365relay.sandbox.entra.AppRegistration;

/// The settings of a sandbox. Use [#in(Path, SandboxMailbox...)] for the defaults.
///
/// @param directory directory for the certificate and accepted messages; created if missing
/// @param tenant settings that can change while the sandbox runs
public record SandboxSettings(ListenSettings listen, Path directory, Keep keep, TenantSettings tenant) {

    /// How accepted messages are kept.
    public enum Keep {
        /// `NNNN-….eml` and `NNNN-….json` in the directory, and a record in memory.
        FILES,
        /// A record in memory.
        RECORDS,
        /// Only the number of messages. For load tests.
        COUNT
    }

    /// Returns settings with client submission only, on any free port of the loopback address. Accepted
    /// messages are kept as files. The size limits and the tarpit are those of Exchange Online; there are no
    /// other limits.
    public static SandboxSettings in(Path directory, SandboxMailbox... mailboxes) {
        return new SandboxSettings(
                new ListenSettings(InetAddress.getLoopbackAddress(), 0, null, null),
                directory,
                Keep.FILES,
                TenantSettings.of(mailboxes));
    }

    /// Returns these settings with the given apps. Enables the token service and Graph on any free port.
    public SandboxSettings withApps(AppRegistration... apps) {
        return withHttps(0).tenant(tenant -> tenant.entra(entra -> entra.with(apps)));
    }

    public SandboxSettings withAddress(InetAddress address, int smtpPort) {
        return with(new ListenSettings(address, smtpPort, listen.https(), listen.mx()));
    }

    public SandboxSettings withHttps(int port) {
        return with(new ListenSettings(listen.address(), listen.smtp(), port, listen.mx()));
    }

    public SandboxSettings withMx(int port) {
        return with(new ListenSettings(listen.address(), listen.smtp(), listen.https(), port));
    }

    public SandboxSettings with(ListenSettings newListen) {
        return new SandboxSettings(newListen, directory, keep, tenant);
    }

    public SandboxSettings with(Keep newKeep) {
        return new SandboxSettings(listen, directory, newKeep, tenant);
    }

    public SandboxSettings tenant(UnaryOperator<TenantSettings> change) {
        return new SandboxSettings(listen, directory, keep, change.apply(tenant));
    }
}
