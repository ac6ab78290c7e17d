package org.o365relay.sandbox.entra;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The device codes (RFC 8628) that have not been redeemed. Thread-safe.
final class DeviceCodes {

    private static final String ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789";
    private static final int PENDING = 70016;
    private static final int UNKNOWN = 70018;
    private static final int EXPIRED = 70020;

    private final List<PendingCode> pending = new ArrayList<>();
    private final RandomGenerator random;

    DeviceCodes(RandomGenerator random) {
        this.random = random;
    }

    /// A device code that has not been redeemed.
    ///
    /// @param user user who approved the code; null if it has not been approved
    record PendingCode(
            String deviceCode,
            String userCode,
            AppRegistration app,
            Scope scope,
            Instant expiresAt,
            @Nullable String user,
            boolean declined) {}

    /// The user declined to sign in.
    static final class DeclinedException extends Exception {
        private static final long serialVersionUID = 1;
    }

    synchronized PendingCode create(String deviceCode, AppRegistration app, Scope scope, Instant expiresAt) {
        PendingCode code = new PendingCode(deviceCode, userCode(), app, scope, expiresAt, null, false);
        pending.add(code);
        return code;
    }

    /// @return the user codes that are neither approved nor declined, including expired ones
    synchronized List<String> undecided() {
        return pending.stream()
                .filter(code -> code.user() == null && !code.declined())
                .map(PendingCode::userCode)
                .toList();
    }

    /// Records that a user has approved or declined a code.
    ///
    /// @param user approving user; null to decline
    /// @return whether the code exists
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

    /// Redeems an approved code; it cannot be redeemed again.
    ///
    /// @throws TokenRefusedException if the code is unknown, expired or not yet approved
    /// @throws DeclinedException if the user declined to sign in
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
        return random.ints(9, 0, ALPHABET.length())
                .collect(StringBuilder::new, (code, i) -> code.append(ALPHABET.charAt(i)), StringBuilder::append)
                .toString();
    }
}
