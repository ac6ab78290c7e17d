package org.o365relay.config;

import static org.o365relay.config.Amount.duration;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.o365relay.admit.Network;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.exchange.Preset;

/// The section `upstream` of a mailbox: a preset, or a host.
record UpstreamReader(Section upstream, Path directory) {

    private static final int IMPLICIT_TLS_PORT = 465; // RFC 8314 §3.3
    private static final Kind<Preset> PRESET = Text.ANY.then(text -> Preset.named(text)
            .<Parsed<Preset>>map(Parsed.Good::new)
            .orElseGet(() -> Text.unknown(
                    text, Arrays.stream(Preset.values()).map(Preset::key).toList())));

    /// @return empty if the host is wrong
    Optional<SmtpUpstreamSettings> read(int connections, String hostname) {
        Preset preset = upstream.value("preset", PRESET);
        Optional<String> host = isExchange() ? Optional.of(preset.host()) : upstream.optional("host", Addresses.HOST);
        Tls tls = upstream.value("tls", Text.oneOf(Tls.class));
        int port = upstream.optional("port", Amount.port(1)).orElse(isExchange() ? preset.port() : usualPort(tls));
        Optional<Path> certificates = upstream.optional("trusted-certificates", FileContent.certificates(directory));
        Duration connect = upstream.value("connect-timeout", timeout());
        Duration reply = upstream.value("reply-timeout", timeout());
        Duration content = upstream.value("content-timeout", timeout());
        Duration idle = upstream.value("idle-timeout", timeout());
        reportContradictions(tls, port);
        return host.map(name -> new SmtpUpstreamSettings(
                name, port, tls, certificates.orElse(null), connections, connect, reply, content, idle, hostname));
    }

    /// A host of one's own replaces the preset that is there by default.
    boolean isExchange() {
        return upstream.written("host").isEmpty();
    }

    /// @param signsIn whether a password would be sent
    void reportPlainText(SmtpUpstreamSettings settings, boolean signsIn) {
        if (isExchange() || settings.tls() != Tls.NONE || isThisMachine(settings.host())) {
            return;
        }
        if (signsIn) {
            upstream.problem(
                    "tls",
                    "none would send the password to %s readable by anybody on the way; use starttls or implicit"
                            .formatted(settings.host()));
        } else {
            upstream.warning("tls", "mail to %s can be read by anybody on the way".formatted(settings.host()));
        }
    }

    private void reportContradictions(Tls tls, int port) {
        if (!isExchange() && upstream.written("preset").isPresent()) {
            upstream.problem("host", "preset says where to connect as well; keep one of the two");
        }
        if (isExchange() && tls != Tls.STARTTLS) {
            upstream.problem("tls", "Exchange Online offers STARTTLS only; use starttls, or leave tls out");
        }
        if (tls == Tls.STARTTLS && port == IMPLICIT_TLS_PORT) {
            upstream.warning("port", "servers speak TLS from the start on port 465; use tls = implicit, or port 587");
        }
    }

    private static Kind<Duration> timeout() {
        return duration(Duration.ofMillis(100), Duration.ofHours(1));
    }

    private static int usualPort(Tls tls) {
        return switch (tls) {
            case STARTTLS -> 587; // RFC 6409 §3.1
            case IMPLICIT -> IMPLICIT_TLS_PORT;
            case NONE -> 25;
        };
    }

    private static boolean isThisMachine(String host) {
        return host.equalsIgnoreCase("localhost")
                || Network.parse(host)
                        .filter(literal -> literal.address().isLoopbackAddress())
                        .isPresent();
    }
}
