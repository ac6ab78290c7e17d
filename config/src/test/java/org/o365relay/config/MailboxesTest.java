package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.config.print.EffectiveText;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Lookup;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.identity.App;
import org.o365relay.identity.Credential;
import org.o365relay.mail.Secret;
import org.o365relay.route.Target;

class MailboxesTest {

    private static final String ID = "b3f1c6b2-0000-4000-8000-000000000001";
    private static final String APP = "tenant = contoso.example, client-id = \"%s\"".formatted(ID);
    private static final String SECRET = "type = client-secret, client-secret = \"geheim\", " + APP;
    private static final App WORLDWIDE = new App("https://login.microsoftonline.com", "contoso.example", ID);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @CsvSource(textBlock = """
        worldwide, smtp.office365.com,       https://login.microsoftonline.com,        https://outlook.office365.com/.default
        gcc-high,  smtp.office365.us,        https://login.microsoftonline.us,         https://outlook.office365.us/.default
        dod,       outlook-dod.office365.us, https://login.microsoftonline.us,         https://outlook-dod.office365.us/.default
        china,     smtp.partner.outlook.cn,  https://login.partner.microsoftonline.cn, https://partner.outlook.cn/.default
        """)
    void usesTheSmtpServerOfTheCloud(String cloud, String host, String authority, String scope) throws Exception {
        MailboxSettings mailbox = mailbox("cloud = %s, credential { %s }".formatted(cloud, SECRET));

        assertThat(smtp(mailbox).upstream().host()).isEqualTo(host);
        assertThat(smtp(mailbox).scope()).isEqualTo(scope);
        assertThat(smtp(mailbox).credential())
                .isInstanceOfSatisfying(
                        Credential.ClientSecret.class,
                        found -> assertThat(found.app().authority()).isEqualTo(authority));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        worldwide, https://graph.microsoft.com
        gcc-high,  https://graph.microsoft.us
        dod,       https://dod-graph.microsoft.us
        china,     https://microsoftgraph.chinacloudapi.cn
        """)
    void usesTheGraphEndpointOfTheCloud(String cloud, String root) throws Exception {
        UpstreamSettings upstream = mailbox("cloud = %s, upstream.preset = graph, credential { %s, username = %s }"
                        .formatted(cloud, SECRET, "\"box@contoso.example\""))
                .upstreams()
                .getFirst();

        assertThat(upstream).isInstanceOfSatisfying(UpstreamSettings.Graph.class, graph -> {
            assertThat(graph.upstream().graphUrl()).hasToString(root);
            assertThat(graph.upstream().user()).isEqualTo("box@contoso.example");
            assertThat(graph.scope()).isEqualTo(root + "/.default");
        });
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
        preset = office365,                              smtp.office365.com,    587, 30, 2, 10000, 500, 36700160
        preset = high-volume,                            smtp.hve.mx.microsoft, 587, -,  2, -,     50,  10000000
        preset = azure-communication,                    smtp.azurecomm.net,    587, 30, 2, -,     50,  10000000
        preset = connector,                              contoso.example,       25,  -,  2, -,     200, 1073741824
        'preset = connector, host = mx.x.example',       mx.x.example,          25,  -,  2, -,     200, 1073741824
        'host = mail.x.example',                         mail.x.example,        587, -,  2, -,     -,   1073741824
        'preset = smarthost, host = m.example, port=25', m.example,             25,  -,  2, -,     -,   1073741824
        'preset = office365, host = smtp.test',          smtp.test,             587, 30, 2, 10000, 500, 36700160
        """)
    void usesTheHostAndLimitsOfThePreset(
            String upstream,
            String host,
            int port,
            @Nullable Integer rate,
            int connections,
            @Nullable Integer perDay,
            @Nullable Integer perMessage,
            long size)
            throws Exception {
        String credential = upstream.contains("connector") ? "type = none" : "password = geheim";
        Configuration.Valid valid = read("upstream { %s }, credential { %s }".formatted(upstream, credential));

        MailboxSettings mailbox = valid.settings().mailboxes().getFirst();
        SmtpUpstreamSettings found = smtp(mailbox).upstream();
        assertThat(found.host()).isEqualTo(host);
        assertThat(found.port()).isEqualTo(port);
        assertThat(found.tls()).isEqualTo(Tls.STARTTLS);
        assertThat(found.lookup()).isEqualTo(host.equals("contoso.example") ? Lookup.MX : Lookup.HOST);
        assertThat(found.connections()).isEqualTo(connections);
        assertThat(mailbox.limits()).isEqualTo(new AccountLimits(rate, 5, connections, perDay));
        assertThat(valid.settings().routes().targets())
                .containsExactly(new Target("relay@contoso.example", List.of(mailbox.address()), size, perMessage));
    }

    @Test
    void readsTheLimitsOfAMailbox() throws Exception {
        MailboxSettings mailbox = mailbox("""
            limits { messages-per-minute = 5, burst = 1, connections = 1, recipients-per-day = 100 }
            credential { %s }\
            """.formatted(SECRET));

        assertThat(mailbox.limits()).isEqualTo(new AccountLimits(5, 1, 1, 100));
    }

    @Test
    void readsAClientSecretWithItsExpiryDate() throws Exception {
        assertThat(credential(SECRET + ", client-secret-expires = \"2027-05-01\", username = \"Box@x.example\""))
                .isEqualTo(new Credential.ClientSecret(
                        WORLDWIDE, "Box@x.example", new Secret("geheim"), LocalDate.of(2027, 5, 1)));
    }

    @Test
    void storesADeviceCodeLoginInTheDataDirectoryByDefault() throws Exception {
        assertThat(credential("type = device-code, token-key = \"geheim\", username = \"A/b@x.example\", " + APP))
                .isEqualTo(new Credential.DeviceCode(
                        WORLDWIDE,
                        "A/b@x.example",
                        directory.resolve("queue/token-a_b@x.example"),
                        new Secret("geheim")));
    }

    @Test
    void requestsTheDelegatedScopeForADeviceCodeLogin() throws Exception {
        MailboxSettings mailbox =
                mailbox("credential { type = device-code, token-key = \"geheim\", %s }".formatted(APP));

        assertThat(smtp(mailbox).scope()).isEqualTo("https://outlook.office.com/SMTP.Send");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"'', -", "', client-id = \"" + ID + "\"', " + ID})
    void readsAManagedIdentity(String more, @Nullable String id) throws Exception {
        assertThat(credential("type = managed-identity" + more))
                .isEqualTo(new Credential.ManagedIdentity("relay@contoso.example", id));
    }

    @Test
    void mailboxesWithTheSameUserNameShareAnAccount() throws Exception {
        List<MailboxSettings> mailboxes =
                valid("""
                    relay.mailbox-defaults.credential { %s, username = "Sender@contoso.example" }
                    relay.mailboxes = [ { address = "a@contoso.example" }, { address = "b@contoso.example" }
                      { address = "C@contoso.example", upstream.host = mx.x.example, credential.type = none } ]
                    """.formatted(SECRET)).settings().mailboxes();

        assertThat(mailboxes)
                .extracting(MailboxSettings::account)
                .containsExactly("sender@contoso.example", "sender@contoso.example", "c@contoso.example");
    }

    @Test
    void readsFallbacksWithTheSameOrTheirOwnCredential() throws Exception {
        List<UpstreamSettings> upstreams = mailbox("""
            credential { %s }
            fallback = [
              { preset = graph }
              { host = mail.x.example, reply-timeout = 5s, credential { username = me, password = "other" } }
            ]\
            """.formatted(SECRET)).upstreams();

        assertThat(upstreams).hasSize(3);
        assertThat(upstreams.get(1)).isInstanceOf(UpstreamSettings.Graph.class);
        assertThat(upstreams.get(1).credential()).isEqualTo(upstreams.get(0).credential());
        assertThat(upstreams.get(2).credential()).isEqualTo(new Credential.Password("me", new Secret("other")));
    }

    @Test
    void usesTheMailboxCredentialForTheFallbackOfAConnector() throws Exception {
        List<UpstreamSettings> upstreams = mailbox(
                        "upstream.preset = connector, credential { %s }, fallback = [ { preset = graph } ]"
                                .formatted(SECRET))
                .upstreams();

        assertThat(upstreams.get(0).credential()).isEqualTo(new Credential.None());
        assertThat(upstreams.get(1).credential()).isInstanceOf(Credential.ClientSecret.class);
    }

    @Test
    void appliesTheStrictestRateLimitsOfTheUpstreams() throws Exception {
        MailboxSettings mailbox = mailbox(
                "upstream.preset = connector, credential { %s }, fallback = [ { preset = graph } ]".formatted(SECRET));

        assertThat(mailbox.limits().messagesPerMinute()).isEqualTo(30);
        assertThat(mailbox.limits().recipientsPerDay()).isEqualTo(10_000);
        assertThat(mailbox.account()).isEqualTo("relay@contoso.example");
    }

    @Test
    void rejectsAConnectorCertificateWithTheKeyOfAnother() throws Exception {
        SecurityFiles.write(directory);
        Files.copy(directory.resolve("relay.pem"), directory.resolve("first.pem"));
        SecurityFiles.write(directory);

        assertThat(ReadText.problems(directory, """
            relay.data-directory = queue
            relay.mailboxes = [ { address = "relay@contoso.example"
              upstream { preset = connector, client-certificate = first.pem, client-certificate-key = relay.key } } ]
            """))
                .singleElement()
                .asString()
                .contains("client-certificate: the key in", "does not belong to");
    }

    @Test
    void readsTheClientCertificateAndLocalAddress() throws Exception {
        SecurityFiles.write(directory);

        MailboxSettings mailbox = mailbox("""
            upstream { preset = connector, client-certificate = relay.pem, client-certificate-key = relay.key
              local-address = "192.0.2.7" }\
            """);

        SmtpUpstreamSettings upstream = smtp(mailbox).upstream();
        assertThat(upstream.localAddress()).isEqualTo(InetAddress.ofLiteral("192.0.2.7"));
        assertThat(upstream.clientCertificate())
                .isEqualTo(new SmtpUpstreamSettings.ClientCertificate(
                        directory.resolve("relay.pem"), directory.resolve("relay.key")));
    }

    @Test
    void hidesTheSecretsOfAllUpstreams() throws Exception {
        Configuration.Valid valid = read("""
            credential { %s }
            fallback = [
              { credential { type = device-code, token-key = "geheim-1", %s } }
              { host = x.example, credential { password = "geheim-2" } }
            ]\
            """.formatted(SECRET, APP));

        assertThat(EffectiveText.of(valid)).contains("client-secret=\"***\"", "token-key=\"***\"");
        assertThat(valid.toString()).doesNotContain("geheim");
    }

    @Test
    void readsTheNdrsOfAConnectorWithTheCredentialOfTheMailbox() throws Exception {
        Configuration.Valid valid =
                read("upstream { preset = connector, domain = contoso.example }, ndr.source = graph, credential { %s }"
                        .formatted(SECRET));

        assertThat(valid.settings()
                        .mailboxes()
                        .getFirst()
                        .upstreams()
                        .getFirst()
                        .credential())
                .isInstanceOf(Credential.None.class);
        assertThat(valid.settings().ndrs())
                .singleElement()
                .satisfies(ndr -> assertThat(ndr.source().credential()).isInstanceOf(Credential.ClientSecret.class));
        assertThat(EffectiveText.of(valid)).contains("type=client-secret", "client-secret=\"***\"");
    }

    private Credential credential(String keys) throws Exception {
        return mailbox("credential { %s }".formatted(keys))
                .upstreams()
                .getFirst()
                .credential();
    }

    private MailboxSettings mailbox(String keys) throws Exception {
        return read(keys).settings().mailboxes().getFirst();
    }

    private Configuration.Valid read(String keys) throws Exception {
        return valid("relay.mailboxes = [ { address = \"relay@contoso.example\"\n%s } ]\n".formatted(keys));
    }

    private Configuration.Valid valid(String text) throws Exception {
        return ReadText.valid(directory, "relay.data-directory = queue\n" + text);
    }

    private static UpstreamSettings.Smtp smtp(MailboxSettings mailbox) {
        return (UpstreamSettings.Smtp)
                Objects.requireNonNull(mailbox.upstreams().getFirst());
    }
}
