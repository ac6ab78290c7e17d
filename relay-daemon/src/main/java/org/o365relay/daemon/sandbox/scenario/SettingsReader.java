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
import org.o365relay.daemon.sandbox.SandboxLimits;
import org.o365relay.daemon.sandbox.SandboxMailbox;
import org.o365relay.daemon.sandbox.SandboxSettings;
import org.o365relay.daemon.sandbox.entra.AppRegistration;
import org.o365relay.daemon.sandbox.entra.EntraSettings;

/// Creates the sandbox settings from the sections of a scenario.
///
/// @param base directory that relative paths are resolved against
record SettingsReader(ScenarioSection root, Path base) {

    private static final int LARGEST_PORT = 65_535;

    SandboxSettings read(Path directory) {
        SandboxMailbox[] mailboxes =
                root.sections("mailboxes").stream().map(SettingsReader::mailbox).toArray(SandboxMailbox[]::new);
        ScenarioSection submission = root.section("submission");
        return SandboxSettings.in(directory, mailboxes)
                .with(listen())
                .withTimeScale(root.factor("time-scale"))
                .submission(settings -> settings.withSmtpAuth(submission.isOn("smtp-auth"))
                        .with(submission.oneOf("basic-auth", BasicAuth.class))
                        .withTarpit(submission.timeOrZero("tarpit"))
                        .withContentLimit(submission.octets("message-size")))
                .limits(_ -> limits(root.section("limits")))
                .entra(_ -> entra(root.section("entra")))
                .graph(_ -> graph(root.section("graph")))
                .connector(_ -> connector(root.section("connector")));
    }

    private static SandboxMailbox mailbox(ScenarioSection node) {
        return new SandboxMailbox(
                node.string("address"),
                node.string("password"),
                Set.copyOf(node.strings("send-as")),
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
        String text = root.string("address");
        try {
            if (text.matches("[0-9.]+|[0-9a-fA-F:.]+")) {
                return InetAddress.getByName(text);
            }
        } catch (UnknownHostException notAnAddress) {
            // reported below
        }
        root.report("address", "must be an IP address, not " + text);
        return InetAddress.getLoopbackAddress();
    }

    private static SandboxLimits limits(ScenarioSection node) {
        return new SandboxLimits(
                count(node, "connections"),
                count(node, "messages-per-minute"),
                node.oneOf("excess-action", SandboxLimits.ExcessAction.class),
                count(node, "recipients-per-day"),
                count(node, "recipients-per-message"),
                count(node, "repeated-errors"),
                node.time("penalty"),
                node.time("session-time"),
                count(node, "graph-requests"));
    }

    private static int count(ScenarioSection node, String key) {
        return node.number(key, 1, 1_000_000_000, SandboxLimits.UNLIMITED);
    }

    private EntraSettings entra(ScenarioSection node) {
        return new EntraSettings(
                node.string("tenant"),
                Set.copyOf(node.strings("domains")),
                root.sections("apps").stream().map(this::app).toList(),
                node.time("access-token-lifetime"),
                node.time("refresh-token-lifetime"),
                node.time("device-code-lifetime"),
                node.time("poll-interval"),
                node.optionalString("managed-identity").orElse(null),
                node.optionalString("auto-approve-user").orElse(null));
    }

    private AppRegistration app(ScenarioSection node) {
        return new AppRegistration(
                node.string("client-id"),
                node.optionalString("secret").orElse(null),
                node.optionalString("certificate")
                        .flatMap(file -> certificate(node, file))
                        .orElse(null),
                Set.copyOf(node.strings("roles")),
                Set.copyOf(node.strings("mailboxes")),
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
            node.report("certificate", "is not a PEM certificate: " + path);
        }
        return Optional.empty();
    }

    private static GraphSettings graph(ScenarioSection node) {
        return new GraphSettings(
                node.isNull("silent-drop-above") ? Long.MAX_VALUE : node.octets("silent-drop-above"),
                node.octets("minimum-upload"),
                node.octets("maximum-upload"));
    }

    private static Connector connector(ScenarioSection node) {
        return new Connector(
                Set.copyOf(node.strings("domains")),
                Set.copyOf(node.strings("sources")),
                Set.copyOf(node.strings("certificates")),
                node.isOn("direct-send"));
    }
}
