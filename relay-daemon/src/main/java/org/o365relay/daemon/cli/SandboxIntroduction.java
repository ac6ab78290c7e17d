package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.sandbox.Sandbox;
import org.o365relay.daemon.sandbox.SandboxMailbox;
import org.o365relay.daemon.sandbox.SandboxSettings;
import org.o365relay.daemon.sandbox.SandboxSettings.Keep;
import org.o365relay.daemon.sandbox.entra.AppRegistration;
import org.o365relay.daemon.sandbox.scenario.Scenario;

/// What a sandbox says when it has started: where it is, and what to write into relay.conf to use it.
record SandboxIntroduction(Sandbox sandbox, Scenario scenario) {

    void write(PrintWriter out) {
        SandboxSettings settings = scenario.settings();
        out.printf("A stand-in for Office 365 listens on %s. Ctrl-C ends it.%n", written(sandbox.address()));
        settings.submission()
                .mailboxes()
                .forEach(account -> out.printf("  sign in     %s  %s%n", account.address(), account.password()));
        if (settings.listen().https() != null) {
            out.printf(
                    "  OAuth       %s  tenant %s%n",
                    sandbox.origin(), settings.entra().tenant());
            settings.entra().apps().forEach(app -> out.printf("  app         %s  %s%n", app.clientId(), proof(app)));
        }
        if (settings.listen().mx() != null) {
            out.printf("  MX          %s%n", written(sandbox.mxAddress()));
        }
        out.printf("  trust       %s%n", trusted());
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

    private static String written(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static String proof(AppRegistration app) {
        @Nullable String secret = app.secret();
        return secret == null ? "(certificate)" : secret;
    }

    private Path trusted() {
        return sandbox.trustedCertificates().toAbsolutePath().normalize();
    }

    /// For relay.conf: with OAuth over SMTP, and Graph if that fails.
    private String configuration() {
        SandboxSettings settings = scenario.settings();
        List<SandboxMailbox> accounts = settings.submission().mailboxes();
        List<AppRegistration> apps = settings.entra().apps();
        if (accounts.isEmpty() || apps.isEmpty()) {
            return "";
        }
        return """

            To use it with OAuth, write into relay.conf:
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
                        trusted().toString().replace("\\", "\\\\"),
                        accounts.getFirst().address(),
                        sandbox.address().getPort(),
                        credential(apps.getFirst()),
                        sandbox.origin(),
                        settings.entra().tenant(),
                        apps.getFirst().clientId());
    }

    private static String credential(AppRegistration app) {
        @Nullable String secret = app.secret();
        List<String> lines = secret == null
                ? List.of("type = certificate", "certificate = \"app.pem\"  # certificate and key")
                : List.of("type = client-secret", "client-secret = \"" + secret + "\"");
        return lines.stream().collect(Collectors.joining("\n      "));
    }
}
