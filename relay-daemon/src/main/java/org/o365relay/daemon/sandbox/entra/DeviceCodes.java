package org.o365relay.daemon.sandbox.entra;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Device codes that wait for their user (RFC 8628). From any thread.
final class DeviceCodes {

    private static final String LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789";
    private static final int PENDING = 70016;
    private static final int UNKNOWN = 70018;
    private static final int EXPIRED = 70020;

    private final List<PendingCode> pending = new ArrayList<>();
    private final RandomGenerator random;

    DeviceCodes(RandomGenerator random) {
        this.random = random;
    }

    /// One that has not been redeemed.
    ///
    /// @param user who has approved; null while nobody has
    record PendingCode(
            String deviceCode,
            String userCode,
            AppRegistration app,
            Scope scope,
            Instant expiresAt,
            @Nullable String user,
            boolean declined) {}

    /// The user has said no.
    static final class DeclinedException extends Exception {
        private static final long serialVersionUID = 1;
    }

    synchronized PendingCode begin(String deviceCode, AppRegistration app, Scope scope, Instant expiresAt) {
        PendingCode fresh = new PendingCode(deviceCode, userCode(), app, scope, expiresAt, null, false);
        pending.add(fresh);
        return fresh;
    }

    /// @return the user codes nobody has decided on
    synchronized List<String> undecided() {
        return pending.stream()
                .filter(code -> code.user() == null && !code.declined())
                .map(PendingCode::userCode)
                .toList();
    }

    /// @return false if there is no such code
    synchronized boolean decide(String userCode, @Nullable String user) {
        Optional<PendingCode> found = pending.stream()
                .filter(code -> code.userCode().equals(userCode.strip().toUpperCase(Locale.ROOT)))
                .findFirst();
        found.ifPresent(code -> pending.set(
                pending.indexOf(code),
                new PendingCode(
                        code.deviceCode(),
                        code.userCode(),
                        code.app(),
                        code.scope(),
                        code.expiresAt(),
                        user,
                        user == null)));
        return found.isPresent();
    }

    /// @return an approved code, which is used up with this
    /// @throws TokenRefusedException while it is not approved, or if it never will be
    synchronized PendingCode redeem(String deviceCode, Instant now) throws TokenRefusedException, DeclinedException {
        PendingCode code = pending.stream()
                .filter(candidate -> candidate.deviceCode().equals(deviceCode))
                .findFirst()
                .orElseThrow(() -> new TokenRefusedException(UNKNOWN));
        if (!now.isBefore(code.expiresAt())) {
            throw new TokenRefusedException(EXPIRED);
        }
        if (code.declined()) {
            throw new DeclinedException();
        }
        if (code.user() == null) {
            throw new TokenRefusedException(PENDING);
        }
        pending.remove(code);
        return code;
    }

    private String userCode() {
        return random.ints(9, 0, LETTERS.length())
                .collect(StringBuilder::new, (code, i) -> code.append(LETTERS.charAt(i)), StringBuilder::append)
                .toString();
    }
}
