package org.o365relay.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.alert.AlertSmtpSettings;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.credentials.SecretReader;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.Entra;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Secret;

/// Reads `relay.alerts.smtp`.
record AlertSmtpReader(Section smtp, SecretFiles files, String hostname) {

    private static final String HOST = "host";
    private static final String TLS = "tls";
    private static final String USERNAME = "username";
    private static final String FROM = "from";
    private static final String TO = "to";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration DATA_TIMEOUT = Duration.ofMinutes(10); // RFC 5321 §4.5.3.2.6
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);

    /// @param admin default recipient; null for none
    /// @return the settings; empty if no host is set, or if a required value is missing or invalid
    Optional<AlertSmtpSettings> read(@Nullable EmailAddress admin) {
        Optional<String> host = smtp.optional(HOST, Addresses.HOST);
        Tls tls = smtp.value(TLS, TextValues.oneOf(Tls.class));
        int port = smtp.optional("port", Quantities.port(1)).orElse(defaultPort(tls));
        Optional<EmailAddress> from = smtp.optional(FROM, Addresses.MAIL);
        Optional<EmailAddress> to = smtp.optional(TO, Addresses.MAIL).or(() -> Optional.ofNullable(admin));
        Optional<Path> trusted = smtp.optional("trusted-certificates", files.certificatesInDirectory());
        Credential credential = credential();
        if (!isSet(HOST)) {
            reportWithoutHost();
            return Optional.empty();
        }
        if (!isSet(FROM)) {
            smtp.reportProblem(FROM, "is missing; set an address that the server accepts as sender");
        }
        if (!isSet(TO) && admin == null) {
            smtp.reportProblem(TO, "is missing; set it, or notices.admin");
        }
        host.ifPresent(name -> reportPlainText(name, tls, credential));
        return host.flatMap(name -> from.flatMap(sender -> to.map(recipient -> new AlertSmtpSettings(
                new SmtpUpstreamSettings(
                        name,
                        port,
                        tls,
                        trusted.orElse(null),
                        1,
                        CONNECT_TIMEOUT,
                        REPLY_TIMEOUT,
                        DATA_TIMEOUT,
                        IDLE_TIMEOUT,
                        hostname),
                credential,
                sender,
                recipient))));
    }

    private Credential credential() {
        Optional<String> username = smtp.optional(USERNAME, TextValues.ANY);
        SecretReader password = new SecretReader(smtp, "password", "RELAY_ALERT_PASSWORD", files);
        Optional<Secret> secret = password.read();
        if (isSet(USERNAME) && !password.isSet()) {
            password.reportMissing();
        } else if (!isSet(USERNAME) && password.isSet()) {
            smtp.reportProblem(USERNAME, "is missing; username and password belong together");
        }
        return username.flatMap(user -> secret.<Credential>map(known -> new Credential.Password(user, known)))
                .orElseGet(Credential.None::new);
    }

    private void reportWithoutHost() {
        if (isSet(USERNAME) || isSet(FROM) || isSet(TO)) {
            smtp.reportProblem(HOST, "is missing; set the host name of the server");
        }
    }

    private void reportPlainText(String host, Tls tls, Credential credential) {
        if (tls != Tls.NONE || Entra.isLoopbackHost(host)) {
            return;
        }
        if (credential instanceof Credential.Password) {
            smtp.reportProblem(
                    TLS, "none would send the password to %s unencrypted; use starttls or implicit".formatted(host));
        } else {
            smtp.reportWarning(
                    TLS,
                    "alerts to %s are sent unencrypted; use starttls or implicit if the server supports it"
                            .formatted(host));
        }
    }

    private static int defaultPort(Tls tls) {
        return switch (tls) {
            case STARTTLS -> 587; // RFC 6409 §3.1
            case IMPLICIT -> 465; // RFC 8314 §3.3
            case NONE -> 25;
        };
    }

    private boolean isSet(String key) {
        return smtp.configured(key).isPresent();
    }
}
