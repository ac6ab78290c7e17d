package org.o365relay.sandbox.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.settings.BasicAuth;
import org.o365relay.sandbox.settings.GraphSettings;
import org.o365relay.sandbox.settings.ListenSettings;
import org.o365relay.sandbox.settings.SandboxLimits;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;

final class ScenarioTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    private Path directory;

    private Scenario read(String text) throws IOException, InvalidScenarioException {
        return Scenario.read(Files.writeString(directory.resolve("scenario.conf"), text), directory);
    }

    @Test
    void providesAReferenceThatIsAValidScenario() throws Exception {
        assertThat(read(Scenario.reference())).isEqualTo(read(""));
    }

    @Test
    void usesMicrosoftsLimitsByDefault() throws Exception {
        SandboxSettings settings = read("").settings();
        assertThat(settings.tenant().limits()).isEqualTo(SandboxLimits.MICROSOFT);
        assertThat(settings.tenant().graph()).isEqualTo(GraphSettings.MICROSOFT);
        assertThat(settings.tenant().submission())
                .isEqualTo(SandboxSettings.in(directory, new SandboxMailbox("relay@contoso.example", "secret"))
                        .tenant()
                        .submission());
        assertThat(settings.listen()).isEqualTo(new ListenSettings(LOOPBACK, 2587, 2443, 2525));
        assertThat(settings.tenant().entra().apps().getFirst().roles()).isEqualTo(AppRegistration.USUAL_ROLES);
        assertThat(settings.tenant().entra().lifetimes().accessToken()).isEqualTo(Duration.ofSeconds(3_599));
    }

    @Test
    void explainsEveryKeyOfTheReference() {
        List<String> lines = Scenario.reference().lines().toList();
        List<String> unexplained = new ArrayList<>();
        collect(ConfigFactory.parseString(Scenario.reference()).root(), lines, unexplained);
        assertThat(unexplained).isEmpty();
    }

    private static void collect(ConfigObject object, List<String> lines, List<String> unexplained) {
        for (var member : object.entrySet()) {
            ConfigValue value = member.getValue();
            String above = lines.get(value.origin().lineNumber() - 2).strip();
            boolean neighbour = above.matches("(tenant|device-code-lifetime|minimum-upload|repeated-errors) = .*");
            if (!above.startsWith("#") && !neighbour) {
                unexplained.add(member.getKey());
            }
            if (value instanceof ConfigObject inner) {
                collect(inner, lines, unexplained);
            } else if (value instanceof ConfigList list
                    && !list.isEmpty()
                    && list.getFirst() instanceof ConfigObject first) {
                collect(first, lines, unexplained);
            }
        }
    }

    @Test
    void readsAllKeys() throws Exception {
        Scenario scenario = read("""
            time-scale = 60
            ports { smtp = 0, https = null, mx = 0 }
            mailboxes = [ { address = "a@contoso.example", password = "x", send-as = [ "b@contoso.example" ], smtp-auth = no } ]
            submission { basic-auth = security-defaults, tarpit = 0s }
            limits { connections = null, messages-per-minute = 5, excess-action = count, session-time = 1m }
            entra { auto-approve-user = "a@contoso.example" }
            apps = [ { client-id = "1", secret = null, roles = [ "Mail.Send" ], mailboxes = [ "a@contoso.example" ], state = disabled } ]
            graph.silent-drop-above = null
            connector.direct-send = no
            faults = [ "token:AADSTS7000215*3", "mx-mail:drop" ]
            """);
        SandboxSettings settings = scenario.settings();
        assertThat(settings.tenant().timeScale()).isEqualTo(60);
        assertThat(settings.listen()).isEqualTo(new ListenSettings(LOOPBACK, 0, null, 0));
        assertThat(settings.tenant().submission().mailboxes())
                .containsExactly(
                        new SandboxMailbox("a@contoso.example", "x", Set.of("b@contoso.example"), false, false));
        assertThat(settings.tenant().submission().basicAuth()).isEqualTo(BasicAuth.SECURITY_DEFAULTS);
        assertThat(settings.tenant().limits().connections()).isEqualTo(SandboxLimits.UNLIMITED);
        assertThat(settings.tenant().limits().rate().excessAction()).isEqualTo(SandboxLimits.ExcessAction.COUNT);
        assertThat(settings.tenant().entra().apps())
                .containsExactly(new AppRegistration(
                        "1",
                        null,
                        null,
                        Set.of("Mail.Send"),
                        Set.of("a@contoso.example"),
                        AppRegistration.State.DISABLED));
        assertThat(settings.tenant().graph().silentDropAbove()).isEqualTo(Long.MAX_VALUE);
        assertThat(settings.tenant().mx().directSend()).isFalse();
        assertThat(scenario.faults())
                .containsExactly(Fault.parse("token:AADSTS7000215*3"), Fault.parse("mx-mail:drop"));
    }

    @Test
    void reportsEveryProblemWithItsLine() {
        String text = """
            time-scale = 0
            mailboxs = []
            limits {
              messages-per-minute = many
              session-time = 0s
            }
            submission.basic-auth = off
            mailboxes = [ { adress = "a@contoso.example" } ]
            apps = { client-id = "1" }
            faults = [ "lunch:drop" ]
            address = "example.org"
            ports = 25
            """;
        assertThatExceptionOfType(InvalidScenarioException.class)
                .isThrownBy(() -> read(text))
                .satisfies(bad -> {
                    String file = directory.resolve("scenario.conf").toString();
                    assertThat(String.valueOf(bad.getMessage())
                                    .replace(file + ":", "")
                                    .lines())
                            .satisfiesExactly(
                                    line -> assertThat(line)
                                            .isEqualTo("1: \"time-scale\" must be a number greater than 0, not 0"),
                                    line -> assertThat(line)
                                            .startsWith("2: unknown key \"mailboxs\"; known keys are address, "),
                                    line -> assertThat(line)
                                            .startsWith(
                                                    "4: \"limits.messages-per-minute\" must be a number from 1 to 1000000000, not "),
                                    line -> assertThat(line)
                                            .startsWith(
                                                    "5: \"limits.session-time\" must be a positive duration such as"),
                                    line -> assertThat(line)
                                            .startsWith("7: \"submission.basic-auth\" must be one of on, retired, "),
                                    line -> assertThat(line)
                                            .startsWith("8: unknown key \"mailboxes.adress\"; known keys are"),
                                    line -> assertThat(line)
                                            .isEqualTo("9: \"apps\" must be a list: apps = [ { ... } ]"),
                                    line -> assertThat(line)
                                            .startsWith(
                                                    "10: \"faults\" has an invalid element: unknown point \"lunch\";"),
                                    line -> assertThat(line)
                                            .isEqualTo("11: \"address\" must be an IP address, not example.org"),
                                    line -> assertThat(line)
                                            .isEqualTo("12: \"ports\" must be a section: ports { ... }"));
                });
    }

    @Test
    void reportsTheLocationOfASyntaxError() {
        assertThatExceptionOfType(InvalidScenarioException.class)
                .isThrownBy(() -> read("limits {\n  session-time = 1m\n"))
                .withMessageContaining("scenario.conf");
        assertThatExceptionOfType(InvalidScenarioException.class)
                .isThrownBy(() -> Scenario.read(directory.resolve("missing.conf"), directory))
                .withMessageContaining("missing.conf");
    }

    @Test
    void readsTheCertificateOfAnApp() throws IOException {
        Files.writeString(directory.resolve("app.pem"), "no certificate");
        assertThatExceptionOfType(InvalidScenarioException.class)
                .isThrownBy(() ->
                        read("apps = [\n{ client-id = \"1\", certificate = \"app.pem\" }\n{ certificate = x }\n]"))
                .withMessageContaining(":2: \"apps.certificate\" is not a PEM certificate")
                .withMessageContaining(":3: \"apps.certificate\" cannot be read");
    }
}
