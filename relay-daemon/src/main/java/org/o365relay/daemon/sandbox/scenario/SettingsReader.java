package org.o365relay.daemon.sandbox.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.sandbox.BasicAuth;
import org.o365relay.daemon.sandbox.Connector;
import org.o365relay.daemon.sandbox.GraphSettings;
import org.o365relay.daemon.sandbox.ListenSettings;
import org.o365relay.daemon.sandbox.MailboxLimits;
import org.o365relay.daemon.sandbox.SandboxMailbox;
import org.o365relay.daemon.sandbox.SandboxSettings;
import org.o365relay.daemon.sandbox.entra.AppRegistration;
import org.o365relay.daemon.sandbox.entra.EntraSettings;

/// Makes settings of a scenario's sections.
///
/// @param base what relative paths count from
record SettingsReader(ScenarioSection root, Path base) {

    private static final int LARGEST_PORT = 65_535;

    SandboxSettings read(Path directory) {
        SandboxMailbox[] accounts =
                root.sections("accounts").stream().map(SettingsReader::mailbox).toArray(SandboxMailbox[]::new);
        ScenarioSection exchange = root.section("exchange");
        return SandboxSettings.in(directory, accounts)
                .with(listen())
                .withTimeScale(root.factor("time-scale"))
                .submission(usual -> usual.withSmtpAuth(exchange.isOn("smtp-auth"))
                        .with(exchange.oneOf("basic-auth", BasicAuth.class))
                        .withTarpit(exchange.timeOrZero("tarpit"))
                        .withContentLimit(exchange.octets("size")))
                .limits(_ -> limits(root.section("limits")))
                .entra(_ -> entra(root.section("entra")))
                .graph(_ -> graph(root.section("graph")))
                .connector(_ -> connector(root.section("connector")));
    }

    private static SandboxMailbox mailbox(ScenarioSection node) {
        return new SandboxMailbox(
                node.text("address"),
                node.text("password"),
                Set.copyOf(node.texts("send-as")),
                node.isOn("smtp-auth"),
                node.isOn("full"));
    }

    private ListenSettings listen() {
        ScenarioSection ports = root.section("ports");
        return new ListenSettings(
                address(), ports.number("smtp", 0, LARGEST_PORT), port(ports, "https"), port(ports, "mx"));
    }

    private static @Nullable Integer port(ScenarioSection ports, String key) {
        return ports.isNull(key) ? null : ports.number(key, 0, LARGEST_PORT);
    }

    private InetAddress address() {
        String written = root.text("address");
        try {
            if (written.matches("[0-9.]+|[0-9a-fA-F:.]+")) {
                return InetAddress.getByName(written);
            }
        } catch (UnknownHostException notAnAddress) {
            // said below
        }
        root.report("address", "is an IP address, not " + written);
        return InetAddress.getLoopbackAddress();
    }

    private static MailboxLimits limits(ScenarioSection node) {
        return new MailboxLimits(
                count(node, "connections"),
                count(node, "per-minute"),
                node.oneOf("excess", MailboxLimits.ExcessAction.class),
                count(node, "recipients-per-day"),
                count(node, "recipients-per-message"),
                count(node, "offences"),
                node.time("penalty"),
                node.time("session"),
                count(node, "requests"));
    }

    private static int count(ScenarioSection node, String key) {
        return node.number(key, 1, 1_000_000_000, MailboxLimits.UNLIMITED);
    }

    private EntraSettings entra(ScenarioSection node) {
        return new EntraSettings(
                node.text("tenant"),
                Set.copyOf(node.texts("domains")),
                root.sections("apps").stream().map(this::app).toList(),
                node.time("token-lifetime"),
                node.time("refresh-lifetime"),
                node.time("code-lifetime"),
                node.time("poll-interval"),
                node.optionalText("machine").orElse(null),
                node.optionalText("signs-in").orElse(null));
    }

    private AppRegistration app(ScenarioSection node) {
        return new AppRegistration(
                node.text("client-id"),
                node.optionalText("secret").orElse(null),
                node.optionalText("certificate")
                        .flatMap(file -> certificate(node, file))
                        .orElse(null),
                Set.copyOf(node.texts("roles")),
                Set.copyOf(node.texts("mailboxes")),
                node.oneOf("state", AppRegistration.State.class));
    }

    private Optional<X509Certificate> certificate(ScenarioSection node, String file) {
        Path path = base.resolve(file);
        try (InputStream in = Files.newInputStream(path)) {
            return Optional.of(
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in));
        } catch (IOException unreadable) {
            node.report("certificate", "cannot be read: " + path);
        } catch (CertificateException noCertificate) {
            node.report("certificate", "is no certificate in PEM: " + path);
        }
        return Optional.empty();
    }

    private static GraphSettings graph(ScenarioSection node) {
        return new GraphSettings(
                node.isNull("vanishing") ? Long.MAX_VALUE : node.octets("vanishing"),
                node.octets("smallest-upload"),
                node.octets("largest-upload"));
    }

    private static Connector connector(ScenarioSection node) {
        return new Connector(
                Set.copyOf(node.texts("domains")),
                Set.copyOf(node.texts("sources")),
                Set.copyOf(node.texts("certificates")),
                node.isOn("direct-send"));
    }
}
