package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.daemon.cli.CheckCommand;
import org.o365relay.daemon.cli.CommandLines;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// What `check` reports of upstreams that work and of upstreams that do not.
@Timeout(60)
final class CheckCommandTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path office;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private RelayFixture relay;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void open() throws IOException {
        relay = new RelayFixture(
                directory, RelayFixture.whole(office, new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD)));
        ConfigText.write(directory, relay.office(), mailboxes());
    }

    private String mailboxes() {
        return ConfigText.mailboxes(
                relay.office(),
                ConfigText.address(ConfigText.MAILBOX)
                        + "send-as = [ \"boss@contoso.example\" ]\n"
                        + ConfigText.smtp(relay.office())
                        + ConfigText.app(relay.office(), "client-secret", ConfigText.secret())
                        + "fallback = [ { " + ConfigText.graphUpstream(relay.office()) + " } ]");
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void checksEveryStepOfEveryUpstreamAndShowsThePermissionsOfTheToken() {
        assertThat(check()).isZero();
        assertThat(out.toString())
                .containsPattern(
                        "✔ sign-in +token for https://outlook\\.office365\\.com, tenant .*roles .*SMTP\\.SendAsApp")
                .containsPattern("✔ EHLO +offers SIZE 157286400.*AUTH LOGIN XOAUTH2")
                .containsPattern("✔ sign-in +signed in as relay@contoso\\.example with XOAUTH2")
                .containsPattern("✔ sign-in +may send mail as relay@contoso\\.example")
                .contains("✔ relay@contoso.example can send mail.");
        assertThat(relay.office().acceptedCount()).isZero();
        assertNoSecret();
    }

    @Test
    void showsTheQuotaUsageWhileTheRelayIsRunning() throws Exception {
        relay.start(mailboxes());
        try (Device device = relay.device()) {
            device.send("one of many");
        }
        relay.journal().await("delivered", 1);
        assertThat(check()).isZero();
        assertThat(out.toString()).contains("✔ quota      1 of 10000 recipients in the last 24 hours");
    }

    @Test
    void givesAdviceOnTheFirstFailureAndContinuesWithTheNextUpstream() {
        fault("auth:535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.");
        assertThat(check()).as("the other upstream works").isZero();
        assertThat(out.toString())
                .containsPattern("✘ sign-in +535 5\\.7\\.139")
                .contains("cause      SMTP AUTH is disabled for this mailbox")
                .contains("Set-CASMailbox -Identity relay@contoso.example -SmtpClientAuthenticationDisabled $false")
                .contains("✔ relay@contoso.example can send mail.");
    }

    @Test
    void warnsOfADataDirectoryThatEveryUserCanList() throws Exception {
        Path data = Files.createDirectories(directory.resolve("queue"));
        for (String mode : List.of("rwxr-x---", "rwx--x--x", "rwx------")) {
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString(mode));
            check("--json");
            assertThat(err.toString()).as(mode).doesNotContain("warning: every user");
        }
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(check("--json")).isZero();
        assertThat(err.toString()).contains("warning: every user can list the data directory " + data);
    }

    @Test
    void exitsWith69IfNoUpstreamWorks() {
        fault("token:AADSTS7000222");
        assertThat(check()).isEqualTo(69);
        assertThat(out.toString())
                .containsPattern("✘ sign-in +401 invalid_client: AADSTS7000222")
                .contains("the client secret has expired", "✘ relay@contoso.example cannot send mail.");
        assertNoSecret();
    }

    @Test
    void sendsATestMessageThroughEveryUpstreamAndShowsWhereToFindIt() {
        assertThat(check("--send", "anna@contoso.example")).isZero();
        assertThat(relay.office().accepted())
                .hasSize(2)
                .extracting(AcceptedMessage::subject)
                .containsOnly("Mail relay check");
        assertThat(out.toString()).contains("Check the mailbox of anna@contoso.example", "Message trace");
    }

    @Test
    void reportsThatTheMailboxMayNotSendAsAnotherAddress() {
        assertThat(check("--send", "anna@contoso.example", "--from", "boss@contoso.example"))
                .isEqualTo(69);
        assertThat(relay.office().acceptedCount()).isZero();
        assertThat(out.toString())
                .containsPattern("✘ message +554 5\\.2\\.252 SendAsDenied")
                .containsPattern("✘ message +403 ErrorSendAsDenied")
                .contains("Add-RecipientPermission -Identity <sender> -Trustee relay@contoso.example");
    }

    @Test
    void printsJson() throws IOException {
        fault("token:AADSTS7000222");
        assertThat(check("--json")).isEqualTo(69);
        Map<String, Object> report = new ObjectMapper().readValue(out.toString(), new TypeReference<>() {});
        assertThat(report).containsEntry("passed", false);
        assertThat(String.valueOf(report.get("mailboxes")))
                .contains("mailbox=relay@contoso.example", "canSend=false", "result=failed", "AADSTS7000222");
        assertNoSecret();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", quoteCharacter = '`', textBlock = """
        -                                                        | alerts: none | alerts reach no one: set relay.notices.admin, and relay.alerts.smtp, webhook or command for alerts while no mailbox can send
        notices.admin = "it@x.y"                                 | alerts: email to it@x.y | while relay@contoso.example cannot send, no alert can be emailed, because there is no other account: set relay.alerts.smtp, webhook or command
        alerts.command = [ "/bin/true" ]                         | alerts: command /bin/true | -
        alerts.webhook.url = "https://hooks.x.y/geheim"          | alerts: webhook | -
        alerts.smtp { SERVER, from = "a@x.y", to = "b@x.y", password = "PASSWORD" }    | alerts: email to b@x.y through localhost:PORT | -
        notices.admin = "it@x.y", relay.alerts.smtp { SERVER, from = "a@x.y", password = "PASSWORD" } | alerts: email to it@x.y; while no mailbox can send, email to it@x.y through localhost:PORT | -
        alerts.smtp { SERVER, from = "a@x.y", to = "b@x.y", password = "geheim" }    | alerts: email to b@x.y through localhost:PORT | relay.alerts.smtp cannot send alerts: localhost:PORT at auth: 535 5.7.3 Authentication unsuccessful
        """)
    void saysHowTheAdminIsNotified(@Nullable String keys, String line, @Nullable String warning) throws IOException {
        String port = "" + relay.office().address().getPort();
        String more = keys == null
                ? ""
                : "relay."
                        + keys.replace(", relay.", "\nrelay.")
                                .replace(
                                        "SERVER",
                                        "host = localhost, port = PORT, trusted-certificates = \"CA\","
                                                + " username = \"" + ConfigText.MAILBOX + "\"")
                                .replace("PASSWORD", ConfigText.PASSWORD)
                                .replace("PORT", port)
                                .replace(
                                        "CA",
                                        relay.office()
                                                .trustedCertificates()
                                                .toAbsolutePath()
                                                .toString());
        ConfigText.write(directory, relay.office(), mailboxes(), more);

        assertThat(check()).isZero();
        assertThat(out.toString())
                .contains("\n  " + line.replace("PORT", port) + "\n")
                .doesNotContain("geheim");
        assertThat(err.toString()
                        .lines()
                        .filter(found -> !found.contains("relay.conf:"))
                        .map(found -> found.replaceAll(" \\[.*", "")) // name of the server, time and number
                        .toList())
                .isEqualTo(warning == null ? List.of() : List.of("warning: " + warning.replace("PORT", port)));
    }

    @Test
    void rejectsAnUnknownMailbox() {
        assertThat(check("--mailbox", "other@contoso.example")).isEqualTo(64);
        assertThat(err.toString()).contains("no mailbox other@contoso.example is configured in ");
    }

    private void fault(String fault) {
        relay.office().faults().add(Fault.parse(fault));
    }

    private void assertNoSecret() {
        assertThat(out.toString() + err).doesNotContain(ConfigText.SECRET, ConfigText.PASSWORD, "eyJ");
    }

    private int check(String... options) {
        String[] all = Stream.concat(
                        Stream.of(
                                "check",
                                "--config",
                                directory.resolve("relay.conf").toString()),
                        Stream.of(options))
                .toArray(String[]::new);
        return CommandLines.of(new CheckCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
    }
}
