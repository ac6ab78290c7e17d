package org.o365relay.config;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.auth.UsersFile;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.values.FileContent;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;

/// Reads `relay.tls` and `relay.auth`.
///
/// @param now current time, for checking expiry dates
record SecurityReader(Section tls, Section auth, SecretFiles files, Instant now) {

    private static final String CERTIFICATE = "certificate";
    private static final String KEY = "key";
    private static final String USERS = "users-file";
    private static final String ALLOW_WITHOUT_TLS = "allow-without-tls";

    /// Reports all problems with the certificate and its key.
    ///
    /// @return the files; empty if one of them is not configured or cannot be read
    Optional<CertificateFiles> certificate() {
        Optional<Path> certificate = tls.optional(CERTIFICATE, files.certificatesInDirectory());
        Optional<Path> key = tls.optional(KEY, files.readableInDirectory());
        Duration detection = tls.value("detection-timeout", Quantities.duration(Duration.ZERO, Duration.ofSeconds(5)));
        if (hasCertificate() != tls.configured(KEY).isPresent()) {
            tls.reportProblem(hasCertificate() ? KEY : CERTIFICATE, "is missing; certificate and key belong together");
        }
        key.ifPresent(file -> warnIfReadableByOthers(tls, KEY, file));
        Optional<CertificateFiles> both =
                certificate.flatMap(chain -> key.map(secret -> new CertificateFiles(chain, secret, detection)));
        both.filter(_ -> files.areRead()).ifPresent(this::reportContent);
        return both;
    }

    private void reportContent(CertificateFiles both) {
        for (CertificateFiles.Problem problem : both.problems(now)) {
            if (problem.fatal()) {
                // the certificate file could be parsed, so the key is unusable or does not match the certificate
                tls.reportProblem(KEY, problem.text());
            } else {
                tls.reportWarning(CERTIFICATE, problem.text());
            }
        }
    }

    boolean hasCertificate() {
        return tls.configured(CERTIFICATE).isPresent();
    }

    /// Reports all problems with the users file.
    ///
    /// @return the file; empty if it is not configured or cannot be read
    Optional<Path> users() {
        Optional<Path> users = auth.optional(USERS, files.readableInDirectory());
        users.filter(_ -> files.areRead()).ifPresent(file -> {
            warnIfReadableByOthers(auth, USERS, file);
            UsersFile.read(file).problems().forEach(problem -> auth.reportProblem(USERS, problem));
        });
        return users;
    }

    boolean hasUsers() {
        return auth.configured(USERS).isPresent();
    }

    boolean allowsLoginsWithoutTls() {
        return auth.value(ALLOW_WITHOUT_TLS, TextValues.FLAG);
    }

    /// Warns if clients that must log in may send their passwords over the network unencrypted, or cannot log
    /// in.
    void reportLogins(List<ListenerSettings> listeners) {
        for (ListenerSettings listener : listeners) {
            boolean offersTls = hasCertificate() && listener.tls() != ListenerTls.OFF;
            boolean requiresTls = offersTls && listener.tls() != ListenerTls.OPTIONAL;
            List<TrustedNetwork> required = listener.trusted().networks().stream()
                    .filter(trusted -> trusted.policy().auth() == AuthPolicy.REQUIRED)
                    .toList();
            List<TrustedNetwork> remote = required.stream()
                    .filter(trusted -> !trusted.network().address().isLoopbackAddress())
                    .toList();
            if (allowsLoginsWithoutTls() && !requiresTls && !remote.isEmpty()) {
                auth.reportWarning(
                        ALLOW_WITHOUT_TLS,
                        "clients in %s may send passwords to %s unencrypted; use tls = required there if they support TLS"
                                .formatted(names(remote), listener));
            } else if (!allowsLoginsWithoutTls() && !offersTls && !required.isEmpty()) {
                auth.reportWarning(
                        ALLOW_WITHOUT_TLS,
                        "clients in %s must log in at %s, but cannot: it offers no TLS, and logins without TLS are not allowed; set relay.tls.certificate, or allow-without-tls = true"
                                .formatted(names(required), listener));
            }
        }
    }

    private static String names(List<TrustedNetwork> networks) {
        return networks.stream().map(trusted -> trusted.network().toString()).collect(Collectors.joining(", "));
    }

    private static void warnIfReadableByOthers(Section section, String key, Path file) {
        if (FileContent.grants(file, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE)) {
            section.reportWarning(
                    key, "all users of this machine can read %s; run: chmod o-rw %s".formatted(file, file));
        }
    }
}
