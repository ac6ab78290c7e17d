package org.o365relay.config;

import static org.o365relay.config.values.Quantities.duration;

import java.time.Duration;
import java.util.Optional;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.credentials.SecretReader;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.HttpSettings.Login;
import org.o365relay.net.HttpSettings.Proxy;

/// Reads `relay.http`.
record HttpReader(Section http, SecretFiles files) {

    private static final String HOST = "host";
    private static final String USERNAME = "username";
    private static final String PASSWORD = "password";

    HttpSettings read() {
        return new HttpSettings(
                proxy(http.section("proxy")).orElse(null),
                http.optional("trusted-certificates", files.certificatesInDirectory())
                        .orElse(null),
                http.value("connect-timeout", timeout()),
                http.value("request-timeout", timeout()));
    }

    private Optional<Proxy> proxy(Section proxy) {
        Optional<String> host = proxy.optional(HOST, Addresses.HOST);
        int port = proxy.value("port", Quantities.port(1));
        Optional<String> username = proxy.optional(USERNAME, TextValues.ANY);
        SecretReader password = new SecretReader(proxy, PASSWORD, "RELAY_PROXY_PASSWORD", files);
        Optional<Secret> secret = password.read();
        if (proxy.configured(USERNAME).isPresent() && !password.isSet()) {
            password.reportMissing();
        } else if (proxy.configured(USERNAME).isEmpty() && password.isSet()) {
            proxy.problem(USERNAME, "is missing; username and password belong together");
        }
        if (proxy.configured(HOST).isEmpty() && (proxy.configured(USERNAME).isPresent() || password.isSet())) {
            proxy.problem(HOST, "is missing; set the host of the proxy, or remove the login");
        }
        return host.map(name -> new Proxy(
                name,
                port,
                username.flatMap(user -> secret.map(known -> new Login(user, known)))
                        .orElse(null)));
    }

    private static ValueParser<Duration> timeout() {
        return duration(Duration.ofMillis(100), Duration.ofHours(1));
    }
}
