package org.o365relay.sandbox.scenario;

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
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.entra.EntraSettings;
import org.o365relay.sandbox.entra.EntraSettings.Lifetimes;
import org.o365relay.sandbox.settings.BasicAuth;
import org.o365relay.sandbox.settings.GraphSettings;
import org.o365relay.sandbox.settings.ListenSettings;
import org.o365relay.sandbox.settings.MxSettings;
import org.o365relay.sandbox.settings.SandboxLimits;
import org.o365relay.sandbox.settings.SandboxLimits.Penalty;
import org.o365relay.sandbox.settings.SandboxLimits.Rate;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;

/// Creates the sandbox settings from the sections of a scenario.
///
/// @param base directory that relative paths are resolved against
record SettingsReader(ScenarioSection root, Path base) {

    private static final int MAX_PORT = 65_535;

    SandboxSettings read(Path directory) {
        SandboxMailbox[] mailboxes =
                root.sections("mailboxes").stream().map(SettingsReader::mailbox).toArray(SandboxMailbox[]::new);
        ScenarioSection submission = root.section("submission");
        return SandboxSettings.in(directory, mailboxes)
                .with(listen())
                .tenant(tenant -> tenant.withTimeScale(root.factor("time-scale"))
                        .submission(settings -> settings.withSmtpAuth(submission.bool("smtp-auth"))
                                .with(submission.oneOf("basic-auth", BasicAuth.class))
                                .withTarpit(submission.timeOrZero("tarpit"))
                                .withContentLimit(submission.octets("message-size")))
                        .limits(_ -> limits(root.section("limits")))
                        .entra(_ -> entra(root.section("entra")))
                        .graph(_ -> graph(root.section("graph")))
                        .mx(_ -> mx(root.section("connector"))));
    }

    private static SandboxMailbox mailbox(ScenarioSection section) {
        return new SandboxMailbox(
                section.string("address"),
                section.string("password"),
                Set.copyOf(section.strings("send-as")),
                section.bool("smtp-auth"),
                section.bool("full"));
    }

    private ListenSettings listen() {
        ScenarioSection ports = root.section("ports");
        return new ListenSettings(
                address(), ports.number("smtp", 0, MAX_PORT), port(ports, "https"), port(ports, "mx"));
    }

    private static @Nullable Integer port(ScenarioSection ports, String key) {
        return ports.isNull(key) ? null : ports.number(key, 0, MAX_PORT);
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

    private static SandboxLimits limits(ScenarioSection section) {
        return new SandboxLimits(
                count(section, "connections"),
                new Rate(
                        count(section, "messages-per-minute"),
                        section.oneOf("excess-action", SandboxLimits.ExcessAction.class)),
                count(section, "recipients-per-day"),
                count(section, "recipients-per-message"),
                new Penalty(count(section, "repeated-errors"), section.time("penalty")),
                section.time("session-time"),
                count(section, "graph-requests"));
    }

    private static int count(ScenarioSection section, String key) {
        return section.number(key, 1, 1_000_000_000, SandboxLimits.UNLIMITED);
    }

    private EntraSettings entra(ScenarioSection section) {
        return new EntraSettings(
                section.string("tenant"),
                Set.copyOf(section.strings("domains")),
                root.sections("apps").stream().map(this::app).toList(),
                new Lifetimes(
                        section.time("access-token-lifetime"),
                        section.time("refresh-token-lifetime"),
                        section.time("device-code-lifetime")),
                section.time("poll-interval"),
                section.optionalString("managed-identity").orElse(null),
                section.optionalString("auto-approve-user").orElse(null));
    }

    private AppRegistration app(ScenarioSection section) {
        return new AppRegistration(
                section.string("client-id"),
                section.optionalString("secret").orElse(null),
                section.optionalString("certificate")
                        .flatMap(file -> certificate(section, file))
                        .orElse(null),
                Set.copyOf(section.strings("roles")),
                Set.copyOf(section.strings("mailboxes")),
                section.oneOf("state", AppRegistration.State.class));
    }

    private Optional<X509Certificate> certificate(ScenarioSection section, String file) {
        Path path = base.resolve(file);
        try (InputStream in = Files.newInputStream(path)) {
            return Optional.of(
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in));
        } catch (IOException unreadable) {
            section.report("certificate", "cannot be read: " + path);
        } catch (CertificateException noCertificate) {
            section.report("certificate", "is not a PEM certificate: " + path);
        }
        return Optional.empty();
    }

    private static GraphSettings graph(ScenarioSection section) {
        return new GraphSettings(
                section.isNull("silent-drop-above") ? Long.MAX_VALUE : section.octets("silent-drop-above"),
                section.octets("minimum-upload"),
                section.octets("maximum-upload"));
    }

    private static MxSettings mx(ScenarioSection section) {
        return new MxSettings(
                Set.copyOf(section.strings("domains")),
                Set.copyOf(section.strings("sources")),
                Set.copyOf(section.strings("certificates")),
                section.bool("direct-send"));
    }
}
