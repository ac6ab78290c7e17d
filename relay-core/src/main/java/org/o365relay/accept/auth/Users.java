package org.o365relay.accept.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Authenticates users of the users file. A change to the file takes effect within five seconds; if the new
/// file is invalid, the previous users stay valid. Thread-safe.
public final class Users implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Users.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);

    /// Hash used if the file lists no users, so that a check takes as long as one with a wrong password.
    private static final String DUMMY_HASH = "$2a$10$tHvK.vyFrUcJGcFWkZk5xOVdnqx64F4B79Q.gVv65TEeWw/DtWROS";

    private static final BCrypt.Verifyer VERIFIER =
            BCrypt.verifyer(null, LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A));

    /// Result of a password check.
    public enum Result {
        VALID,
        INVALID,
        /// No valid users file has been read, the check failed unexpectedly, or [Users] is closed.
        UNAVAILABLE,
        /// There are too many pending checks, for this client, for its network or in total.
        BUSY,
        /// The client disconnected before the check started.
        CANCELLED
    }

    private record FileVersion(FileTime changed, long size) {}

    private final InstantSource clock;
    private final PasswordChecks checks;
    private @Nullable Path file;
    private @Nullable FileVersion version;
    private Instant nextCheck = Instant.MIN;
    private @Nullable Map<String, String> hashes;

    /// @param file users file; null if it is not configured
    public Users(@Nullable Path file, InstantSource clock) {
        this(file, clock, new PasswordChecks(PasswordChecks.FAILURE_DELAY));
    }

    /// @param checks runs the password checks; closed with this object
    Users(@Nullable Path file, InstantSource clock, PasswordChecks checks) {
        this.file = file;
        this.clock = clock;
        this.checks = checks;
        currentHashes();
    }

    /// Switches to another users file, and reads it at once.
    ///
    /// @param next users file; null if it is not configured
    public synchronized void use(@Nullable Path next) {
        if (!Objects.equals(file, next)) {
            file = next;
            version = null;
            hashes = null;
        }
        nextCheck = Instant.MIN;
        currentHashes();
    }

    /// Starts checking a password against the stored hash. The check takes as long for unknown users as for
    /// known ones.
    ///
    /// @param client client address; the number of its pending checks is limited
    /// @param password password to check; overwritten after the check
    public PasswordChecks.Check check(InetAddress client, String name, byte[] password) {
        PasswordChecks.Check check = checks.begin(client, () -> compareAndClear(name, password));
        var _ = check.result().thenRun(() -> Arrays.fill(password, (byte) 0));
        return check;
    }

    @Override
    public void close() {
        checks.close();
    }

    private Result compareAndClear(String name, byte[] password) {
        try {
            return compare(name, password);
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    private Result compare(String name, byte[] password) {
        Map<String, String> known = currentHashes();
        if (known == null) {
            return Result.UNAVAILABLE;
        }
        String hash = known.get(name);
        String compared = hash == null ? dummyHash(name, known) : hash;
        boolean same = VERIFIER.verify(password, compared.getBytes(StandardCharsets.US_ASCII)).verified;
        return same && hash != null ? Result.VALID : Result.INVALID;
    }

    /// @return hash of some known user, always the same one for a given unknown name until the file changes, so
    ///     that checks take as long for unknown users as for known ones; [#DUMMY_HASH] if no user is known
    private static String dummyHash(String name, Map<String, String> known) {
        List<String> hashes = known.values().stream().sorted().toList();
        return hashes.isEmpty() ? DUMMY_HASH : hashes.get(Math.floorMod(name.hashCode(), hashes.size()));
    }

    /// @return hashes by user name; null if no valid file has been read yet
    private synchronized @Nullable Map<String, String> currentHashes() {
        if (file == null || clock.instant().isBefore(nextCheck)) {
            return hashes;
        }
        nextCheck = clock.instant().plus(CHECK_INTERVAL);
        FileVersion now = version(file);
        if (now == null || !now.equals(version)) {
            UsersFile read = UsersFile.read(file);
            if (read.problems().isEmpty()) {
                hashes = read.hashes();
            } else if (now != null || version != null || hashes == null) {
                read.problems().forEach(problem -> log.error("{} (relay.auth.users-file){}", problem, consequence()));
            }
            version = now;
        }
        return hashes;
    }

    private String consequence() {
        return hashes == null ? "; no user can log in" : "; the previous users stay valid";
    }

    private static @Nullable FileVersion version(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileVersion(attributes.lastModifiedTime(), attributes.size());
        } catch (IOException unreadable) {
            return null; // the cause is reported when the file is read
        }
    }
}
