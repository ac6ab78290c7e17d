package org.o365relay.config;

import static org.o365relay.config.values.Quantities.duration;

import java.time.Duration;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.net.HttpSettings;

/// Reads `relay.http`.
record HttpReader(Section http, SecretFiles files) {

    HttpSettings read() {
        return new HttpSettings(
                new ProxyReader(http.section("proxy"), files).http().orElse(null),
                http.optional("trusted-certificates", files.certificatesInDirectory())
                        .orElse(null),
                http.value("connect-timeout", timeout()),
                http.value("request-timeout", timeout()));
    }

    private static ValueParser<Duration> timeout() {
        return duration(Duration.ofMillis(100), Duration.ofHours(1));
    }
}
