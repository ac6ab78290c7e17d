package org.o365relay.config;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.credentials.SecretReader;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;
import org.o365relay.deliver.smtp.SmtpProxy;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings.Login;
import org.o365relay.net.HttpSettings.Proxy;

/// Reads `relay.http.proxy`, or the `proxy` of an upstream.
record ProxyReader(Section proxy, SecretFiles files) {

    private static final String TYPE = "type";
    private static final String HOST = "host";
    private static final String PORT = "port";
    private static final String USERNAME = "username";
    private static final String PASSWORD = "password";
    private static final int HTTP_PORT = 8080;
    private static final int SOCKS_PORT = 1080; // RFC 1928 §3
    private static final int MAX_SOCKS_LOGIN = 255; // RFC 1929 §2
    private static final String TOO_LONG = "is longer than 255 bytes, the maximum of SOCKS5";

    /// @return the proxy for HTTPS; empty if there is none
    Optional<Proxy> http() {
        return read(SmtpProxy.Type.HTTP, proxy.configured(PORT).isPresent());
    }

    /// @return the proxy for SMTP; empty if there is none
    Optional<SmtpProxy> smtp() {
        SmtpProxy.Type type = proxy.value(TYPE, TextValues.oneOf(SmtpProxy.Type.class));
        boolean isSet =
                Stream.of(TYPE, PORT).anyMatch(key -> proxy.configured(key).isPresent());
        return read(type, isSet).map(server -> new SmtpProxy(type, server));
    }

    /// @param isSet whether the type or the port is set
    private Optional<Proxy> read(SmtpProxy.Type type, boolean isSet) {
        boolean isHttp = type == SmtpProxy.Type.HTTP;
        Optional<String> host = proxy.optional(HOST, Addresses.HOST);
        int port = proxy.optional(PORT, Quantities.port(1)).orElse(isHttp ? HTTP_PORT : SOCKS_PORT);
        Optional<String> username = proxy.optional(
                USERNAME, isHttp ? TextValues.ANY.then(ProxyReader::basic) : TextValues.ANY.then(ProxyReader::socks));
        SecretReader password = new SecretReader(proxy, PASSWORD, "RELAY_PROXY_PASSWORD", files);
        Optional<Secret> secret = password.read();
        if (!isHttp && secret.filter(known -> isTooLong(known.reveal())).isPresent()) {
            proxy.reportProblem(PASSWORD, TOO_LONG);
        }
        if (proxy.configured(USERNAME).isPresent() && !password.isSet()) {
            password.reportMissing();
        } else if (proxy.configured(USERNAME).isEmpty() && password.isSet()) {
            proxy.reportProblem(USERNAME, "is missing; username and password belong together");
        }
        if (proxy.configured(HOST).isEmpty()) {
            if (proxy.configured(USERNAME).isPresent() || password.isSet()) {
                proxy.reportProblem(HOST, "is missing; set the host of the proxy, or remove the login");
            } else if (isSet) {
                proxy.reportProblem(HOST, "is missing; set the host of the proxy, or remove its type and port");
            }
        }
        return host.map(name -> new Proxy(
                name,
                port,
                username.flatMap(user -> secret.map(known -> new Login(user, known)))
                        .orElse(null)));
    }

    // RFC 7617 §2
    private static Parsed<String> basic(String username) {
        return username.contains(":")
                ? new Parsed.Invalid<>("contains a colon, which an HTTP proxy takes for the end of the user name")
                : new Parsed.Ok<>(username);
    }

    private static Parsed<String> socks(String username) {
        return isTooLong(username) ? new Parsed.Invalid<>(TOO_LONG) : new Parsed.Ok<>(username);
    }

    private static boolean isTooLong(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length > MAX_SOCKS_LOGIN;
    }
}
