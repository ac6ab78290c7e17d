package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Answer;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.ClientCertificate;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Lookup;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.identity.Credential;
import org.o365relay.net.FakeDns;
import org.o365relay.net.FakeDns.Mx;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.KeyMaker;

/// Sends mail directly to the servers of a domain, without signing in.
class ConnectorTest extends SubmissionTest {

    private FakeDns dns;

    @BeforeEach
    void startDns() throws IOException {
        dns = new FakeDns();
        server.offers("SIZE 157286400", "8BITMIME", "STARTTLS");
    }

    @AfterEach
    void stopDns() {
        dns.close();
    }

    @Test
    void sendsToTheMailExchangerOfTheDomain() {
        dns.knows("contoso.example", new Mx(10, "localhost"));
        Response response = only(connector(null, null).attempt(message(TEXT, "a@contoso.example")));
        assertThat(response.reply().code()).as(response.toString()).isEqualTo(250);
        assertThat(response.origin()).isEqualTo(Origin.CONNECTOR);
        assertThat(server.commands("AUTH")).isEmpty();
        assertThat(server.handshakes).hasValue(1);
    }

    @Test
    void triesTheNextServerIfOneCannotBeReached() {
        dns.knows("contoso.example", new Mx(10, "gone.invalid"), new Mx(20, "localhost"));
        UpstreamCheck check = connector(null, null).check();
        assertThat(check.succeeded()).isTrue();
        assertThat(check.findings().getFirst().detail())
                .isEqualTo("mail exchangers of contoso.example: gone.invalid, localhost");
    }

    @Test
    void triesTheNextServerIfOneIsNotReady() {
        server.at("GREETING", new Answer.SayAndClose("421 4.3.2 Service not active"));
        dns.knows("contoso.example", new Mx(10, "localhost"), new Mx(20, "localhost"));
        assertThat(only(connector(null, null).attempt(message(TEXT, "a@contoso.example")))
                        .reply()
                        .code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    /// The relay looks up the mail exchangers, and the proxy their addresses.
    @Test
    void reachesTheMailExchangersThroughAProxy() throws Exception {
        dns.knows("contoso.example", new Mx(10, "localhost"));
        try (FakeProxy proxy = new FakeProxy(SmtpProxy.Type.SOCKS5, server.port())) {
            SmtpProxy socks =
                    new SmtpProxy(SmtpProxy.Type.SOCKS5, new HttpSettings.Proxy("127.0.0.1", proxy.port(), null));
            Response response = only(
                    connector(null, null, socks, InstantSource.system()).attempt(message(TEXT, "a@contoso.example")));
            assertThat(response.reply().code()).isEqualTo(250);
            assertThat(proxy.asked).containsExactly("connect 3 localhost:" + server.port());
        }
    }

    @Test
    void requiresACertificateForTheServerNotForTheDomain() {
        dns.knows("contoso.example", new Mx(10, "127.0.0.1"));
        Response response = only(connector(null, null).attempt(message(TEXT, "a@contoso.example")));
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply().text()).isEqualTo("certificate of 127.0.0.1 is for localhost, not for 127.0.0.1");
        assertThat(server.commands("MAIL")).isEmpty();
    }

    @Test
    void reportsTheDnsFailure() {
        Response response = only(connector(null, null).attempt(message(TEXT, "a@contoso.example")));
        assertThat(response.step()).isEqualTo(Step.CONNECT);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().toString()).isEqualTo("451 4.4.3 the domain contoso.example does not exist in DNS");
    }

    @Test
    void isNamedAfterTheDomain() {
        assertThat(connector(null, null).name()).isEqualTo("MX of contoso.example:" + server.port());
    }

    @Test
    void presentsItsCertificateAndReloadsIt() throws IOException {
        KeyMaker first = KeyMaker.rsa("mail.contoso.example", directory);
        KeyMaker second = KeyMaker.elliptic("mail2.contoso.example", directory);
        server.close();
        server = new FakeSubmissionServer(localhost.trusting(first.certificate(), second.certificate()))
                .wantingCertificates();
        server.offers("8BITMIME", "STARTTLS");
        Path certificate = Files.copy(first.certificatePem("cert"), directory.resolve("own.pem"));
        Path key = Files.copy(first.keyPem("key"), directory.resolve("own-key.pem"));
        dns.knows("contoso.example", new Mx(10, "localhost"));
        SmtpUpstream upstream = connector(new ClientCertificate(certificate, key), null);
        assertThat(upstream.check().succeeded()).isTrue();
        Files.write(certificate, Files.readAllBytes(second.certificatePem("cert")));
        Response mismatch = upstream.check().optionalFailure().orElseThrow();
        assertThat(mismatch.reply().text())
                .startsWith("the client certificate cannot be used: the key in " + key + " does not belong to");
        Files.write(key, Files.readAllBytes(second.keyPem("key")));
        assertThat(upstream.check().succeeded()).isTrue();
        assertThat(server.certificates).containsExactly("CN=mail.contoso.example", "CN=mail2.contoso.example");
    }

    @Test
    void connectsFromTheConfiguredAddress() throws IOException {
        dns.knows("contoso.example", new Mx(10, "localhost"));
        assertThat(connector(null, InetAddress.getByName("127.0.0.77")).check().succeeded())
                .isTrue();
        assertThat(server.clients).containsExactly("127.0.0.77");
        UpstreamCheck other = connector(null, InetAddress.getByName("::2")).check();
        assertThat(other.optionalFailure().orElseThrow().origin()).isEqualTo(Origin.NETWORK);
    }

    @Test
    void usesNoConnectionForLongerThanFifteenMinutes() throws InterruptedException {
        ManualClock clock = new ManualClock("2026-11-21T12:00:00Z");
        dns.knows("contoso.example", new Mx(10, "localhost"));
        SmtpUpstream upstream = connector(null, null, clock);
        upstream.attempt(message(TEXT, "a@contoso.example"));
        clock.advance(Duration.ofMinutes(14));
        upstream.attempt(message(TEXT, "a@contoso.example"));
        assertThat(server.connections).hasValue(1);
        clock.advance(Duration.ofMinutes(2));
        upstream.attempt(message(TEXT, "a@contoso.example"));
        assertThat(server.connections).hasValue(2);
        assertThat(server.latchOn("QUIT").await(10, java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void neverSendsWithoutStartTls() {
        server.offers("8BITMIME");
        dns.knows("contoso.example", new Mx(10, "localhost"));
        Response response = only(connector(null, null).attempt(message(TEXT, "a@contoso.example")));
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(server.commands("MAIL")).isEmpty();
    }

    private SmtpUpstream connector(@Nullable ClientCertificate own, @Nullable InetAddress from) {
        return connector(own, from, InstantSource.system());
    }

    private SmtpUpstream connector(@Nullable ClientCertificate own, @Nullable InetAddress from, InstantSource clock) {
        return connector(own, from, null, clock);
    }

    private SmtpUpstream connector(
            @Nullable ClientCertificate own,
            @Nullable InetAddress from,
            @Nullable SmtpProxy proxy,
            InstantSource clock) {
        SmtpUpstreamSettings settings = new SmtpUpstreamSettings(
                "contoso.example",
                server.port(),
                Tls.STARTTLS,
                localhost.pem(),
                2,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofSeconds(30),
                "relay.example",
                Lookup.MX,
                own,
                from,
                proxy);
        return opened(
                new SmtpUpstream(settings, new Credential.None(), null, dns.exchangers(), new Dialer(settings), clock));
    }
}
