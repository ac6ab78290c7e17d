package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.scenario.Scenario;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;

final class SandboxBannerTest {

    @TempDir
    private static Path directory;

    private static String introduction(UnaryOperator<SandboxSettings> change) throws IOException {
        SandboxSettings settings = change.apply(
                SandboxSettings.in(directory, new SandboxMailbox("relay@contoso.example", "its password")));
        StringWriter out = new StringWriter();
        try (Sandbox sandbox = Sandbox.start(settings)) {
            new SandboxBanner(sandbox, new Scenario(settings, List.of(Fault.parse("token:drop*1"))))
                    .write(new PrintWriter(out));
            return out.toString().replace(":" + sandbox.address().getPort(), ":SMTP");
        }
    }

    @Test
    void printsARelayConfForTheSandbox() throws IOException {
        AppRegistration app = AppRegistration.withSecret("client", "its secret");
        assertThat(introduction(settings -> settings.withApps(app).withMx(0)))
                .startsWith("The sandbox listens on 127.0.0.1:SMTP. Press Ctrl-C to stop it.\n")
                .contains("  mailbox     relay@contoso.example  password its password\n")
                .contains("  MX          127.0.0.1:")
                .contains("  fault       token:drop*1\n")
                .contains("      type = client-secret\n      client-secret = \"its secret\"\n")
                .contains("authority = \"https://localhost:")
                .contains("preset = graph, graph-url = \"https://localhost:")
                .contains("relay.http.trusted-certificates = \""
                        + directory.resolve("sandbox-ca.pem").toAbsolutePath() + "\"\n");
    }

    @Test
    void printsNoRelayConfWithoutSignIn() throws IOException {
        assertThat(introduction(settings -> settings))
                .doesNotContain("relay.conf")
                .doesNotContain("MX");
    }
}
