package org.o365relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.identity.TokenException.Origin;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.HttpSettings.Proxy;
import org.o365relay.net.Https;
import org.o365relay.time.SteadyClock;

/// The endpoint has a fixed address on another machine, so a proxy passes the requests to the test.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManagedIdentityTest {

    private static final String SCOPE = "https://outlook.office365.com/.default";

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private HttpServer machine;
    private SignInService service;
    private volatile int status = 200;
    private volatile String body = "{\"access_token\":\"token-of-the-machine\",\"expires_on\":\""
            + Instant.now().plusSeconds(86_000).getEpochSecond()
            + "\",\"resource\":\"https://outlook.office365.com\",\"token_type\":\"Bearer\"}";

    @BeforeEach
    void start() throws IOException {
        machine = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        machine.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI() + " Metadata="
                    + exchange.getRequestHeaders().getFirst("Metadata"));
            byte[] octets = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, octets.length);
            exchange.getResponseBody().write(octets);
            exchange.close();
        });
        machine.start();
        Proxy proxy = new Proxy("localhost", machine.getAddress().getPort(), null);
        Https nearby = new Https(new HttpSettings(proxy, null, Duration.ofSeconds(5), Duration.ofSeconds(5)));
        service = new SignInService(new Https(HttpSettings.DIRECT), nearby, SteadyClock.system(), 1);
    }

    @AfterEach
    void stop() {
        service.close();
        machine.stop(0);
    }

    @Test
    void requestsATokenFromTheMetadataEndpoint() throws TokenException {
        String id = UUID.randomUUID().toString();
        AccessToken token = service.tokens(new Credential.ManagedIdentity("relay@contoso.example", id), SCOPE)
                .token();
        assertThat(token.value().reveal()).isEqualTo("token-of-the-machine");
        assertThat(token.expiresAt()).isAfter(Instant.now().plusSeconds(80_000));
        assertThat(asked)
                .singleElement()
                .asString()
                .startsWith("http://169.254.169.254/metadata/identity/oauth2/token?")
                .contains("resource=https", "outlook.office365.com", "client_id=" + id)
                .doesNotContain(".default")
                .endsWith("Metadata=true");
    }

    @Test
    void requestsTheSystemAssignedIdentity() throws TokenException {
        TokenSource tokens = service.tokens(new Credential.ManagedIdentity("relay@contoso.example", null), SCOPE);
        tokens.invalidate(tokens.token());
        tokens.token();
        assertThat(asked).hasSize(2).noneMatch(each -> each.contains("client_id"));
    }

    @Test
    void reportsAnUnknownIdentity() {
        status = 400;
        body = "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";
        TokenException refused =
                SignInTest.refusal(service.tokens(new Credential.ManagedIdentity("relay@contoso.example", "x"), SCOPE));
        assertThat(refused.origin()).isEqualTo(Origin.SERVICE);
        assertThat(refused.reply().toString()).isEqualTo("400 invalid_request: Identity not found");
    }
}
