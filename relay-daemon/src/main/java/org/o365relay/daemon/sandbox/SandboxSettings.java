package org.o365relay.daemon.sandbox;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// How the sandbox behaves. Start from [#in(Path, Account...)] and change what matters.
///
/// @param address where it listens
/// @param port 0 to 65535, 0 for any free one
/// @param directory for its certificate and what it accepts; made if it is not there
/// @param accounts who may sign in
/// @param tarpit how long a wrong login waits for its answer; Office 365 takes about 5 s
/// @param contentLimit octets of one message; more is refused after the content. EHLO says 157286400 whatever
///     this is, as Office 365 does whatever the mailbox's limit is
/// @param certificateValidity of a certificate made now; at least a day
/// @param withheld EHLO keywords that Office 365 offers and this sandbox does not, such as `DSN` or
///     `BINARYMIME`
public record SandboxSettings(
        InetAddress address,
        int port,
        Path directory,
        List<Account> accounts,
        Keep keep,
        Duration tarpit,
        long contentLimit,
        Duration certificateValidity,
        Set<String> withheld) {

    /// What EHLO says of SIZE (RFC 1870), and the most Office 365 can be set to.
    public static final long ADVERTISED_SIZE = 157_286_400;

    /// What becomes of an accepted message.
    public enum Keep {
        /// `NNNN-….eml` and `NNNN-….json` in the directory, and a record in memory.
        FILES,
        /// A record in memory.
        RECORDS,
        /// Only counted, for load tests.
        COUNT
    }

    public SandboxSettings {
        accounts = List.copyOf(accounts);
        withheld = Set.copyOf(withheld);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not in 0..65535");
        }
        if (certificateValidity.toDays() < 1) {
            throw new IllegalArgumentException("a certificate is valid for at least a day");
        }
    }

    /// Loopback, any free port, files kept, and Office 365's own limits.
    public static SandboxSettings in(Path directory, Account... accounts) {
        return new SandboxSettings(
                InetAddress.getLoopbackAddress(),
                0,
                directory,
                List.of(accounts),
                Keep.FILES,
                Duration.ofSeconds(5),
                ADVERTISED_SIZE,
                Duration.ofDays(365),
                Set.of());
    }

    public SandboxSettings at(InetAddress newAddress, int newPort) {
        return new SandboxSettings(
                newAddress, newPort, directory, accounts, keep, tarpit, contentLimit, certificateValidity, withheld);
    }

    public SandboxSettings with(Keep newKeep) {
        return new SandboxSettings(
                address, port, directory, accounts, newKeep, tarpit, contentLimit, certificateValidity, withheld);
    }

    public SandboxSettings withTarpit(Duration newTarpit) {
        return new SandboxSettings(
                address, port, directory, accounts, keep, newTarpit, contentLimit, certificateValidity, withheld);
    }

    public SandboxSettings withContentLimit(long newLimit) {
        return new SandboxSettings(
                address, port, directory, accounts, keep, tarpit, newLimit, certificateValidity, withheld);
    }

    public SandboxSettings withholding(String... keywords) {
        return new SandboxSettings(
                address, port, directory, accounts, keep, tarpit, contentLimit, certificateValidity, Set.of(keywords));
    }
}
