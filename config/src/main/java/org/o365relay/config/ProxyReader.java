package org.o365relay.config;

import java.util.Optional;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.credentials.SecretReader;
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

    private static final String HOST = "host";
    private static final String USERNAME = "username";
    private static final int HTTP_PORT = 8080;
    private static final int SOCKS_PORT = 1080; // RFC 1928 §3

    /// @return the proxy for HTTPS; empty if there is none
    Optional<Proxy> http() {
        return read(HTTP_PORT);
    }

    /// @return the proxy for SMTP; empty if there is none
    Optional<SmtpProxy> smtp() {
        SmtpProxy.Type type = proxy.value("type", TextValues.oneOf(SmtpProxy.Type.class));
        return read(type == SmtpProxy.Type.HTTP ? HTTP_PORT : SOCKS_PORT).map(server -> new SmtpProxy(type, server));
    }

    private Optional<Proxy> read(int defaultPort) {
        Optional<String> host = proxy.optional(HOST, Addresses.HOST);
        int port = proxy.optional("port", Quantities.port(1)).orElse(defaultPort);
        Optional<String> username = proxy.optional(USERNAME, TextValues.ANY);
        SecretReader password = new SecretReader(proxy, "password", "RELAY_PROXY_PASSWORD", files);
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
}
