package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.scenario.Scenario;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;
import org.o365relay.sandbox.settings.SandboxSettings.Keep;

/// Prints the addresses and credentials of a started sandbox and, if it offers HTTPS, the settings in
/// `relay.conf` for a relay that uses the sandbox.
record SandboxBanner(Sandbox sandbox, Scenario scenario) {

    void write(PrintWriter out) {
        SandboxSettings settings = scenario.settings();
        out.printf("The sandbox listens on %s. Press Ctrl-C to stop it.%n", format(sandbox.address()));
        settings.tenant()
                .submission()
                .mailboxes()
                .forEach(mailbox ->
                        out.printf("  mailbox     %s  password %s%n", mailbox.address(), mailbox.password()));
        if (settings.listen().https() != null) {
            out.printf(
                    "  OAuth       %s  tenant %s%n",
                    sandbox.origin(), settings.tenant().entra().tenant());
            settings.tenant()
                    .entra()
                    .apps()
                    .forEach(app -> out.printf("  app         %s  %s%n", app.clientId(), credentialText(app)));
        }
        if (settings.listen().mx() != null) {
            out.printf("  MX          %s%n", format(sandbox.mxAddress()));
        }
        out.printf("  certificate %s%n", certificate());
        out.printf(
                "  stored in   %s%n",
                settings.keep() == Keep.FILES
                        ? settings.directory().toAbsolutePath().normalize()
                        : "memory only");
        scenario.faults().forEach(fault -> out.println("  fault       " + fault));
        if (settings.listen().https() != null) {
            out.print(configuration());
        }
        out.flush();
    }

    private static String format(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static String credentialText(AppRegistration app) {
        @Nullable String secret = app.secret();
        return secret == null ? "certificate" : "secret " + secret;
    }

    private Path certificate() {
        return sandbox.trustedCertificates().toAbsolutePath().normalize();
    }

    /// @return settings for `relay.conf`, with SMTP and OAuth as the primary upstream and Graph as the
    ///     fallback; empty if the sandbox has no mailbox or no app
    private String configuration() {
        SandboxSettings settings = scenario.settings();
        List<SandboxMailbox> mailboxes = settings.tenant().submission().mailboxes();
        List<AppRegistration> apps = settings.tenant().entra().apps();
        if (mailboxes.isEmpty() || apps.isEmpty()) {
            return "";
        }
        return """

            To use the sandbox with OAuth, put this into relay.conf:
              relay.http.trusted-certificates = "%1$s"
              relay.mailboxes = [ {
                address = "%2$s"
                upstream { preset = office365, host = localhost, port = %3$d, trusted-certificates = "%1$s" }
                credential {
                  %4$s
                  authority = "%5$s"
                  tenant = "%6$s"
                  client-id = "%7$s"
                }
                fallback = [ { preset = graph, graph-url = "%5$s" } ]
              } ]

            """.formatted(
                        certificate().toString().replace("\\", "\\\\"),
                        mailboxes.getFirst().address(),
                        sandbox.address().getPort(),
                        credential(apps.getFirst()),
                        sandbox.origin(),
                        settings.tenant().entra().tenant(),
                        apps.getFirst().clientId());
    }

    private static String credential(AppRegistration app) {
        @Nullable String secret = app.secret();
        List<String> lines = secret == null
                ? List.of("type = certificate", "certificate = \"app.pem\"  # PEM file with certificate and key")
                : List.of("type = client-secret", "client-secret = \"" + secret + "\"");
        return lines.stream().collect(Collectors.joining("\n      "));
    }
}
