package org.o365relay;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.smtp.SmtpProxy;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.ClientCertificate;
import org.o365relay.identity.Credential;
import org.o365relay.mail.FileContents;
import org.o365relay.net.HttpSettings;

/// Everything from which the upstreams of a mailbox are created. While it stays the same, a mailbox keeps its
/// upstreams and their health across a reload.
///
/// @param graphConnections maximum number of connections of a Graph upstream; 0 if there is none
/// @param http settings of HTTPS connections; null if no upstream uses HTTPS
/// @param files contents of the files that the other settings name
record UpstreamKey(
        String mailbox,
        String account,
        List<UpstreamSettings> upstreams,
        int graphConnections,
        ProbeSchedule probes,
        @Nullable HttpSettings http,
        FileContents files) {

    static UpstreamKey of(MailboxSettings mailbox, ProbeSchedule probes, HttpSettings http) {
        List<UpstreamSettings> upstreams = mailbox.upstreams();
        HttpSettings used = upstreams.stream().anyMatch(UpstreamKey::usesHttps) ? http : null;
        Stream<Path> files = Stream.concat(
                upstreams.stream().flatMap(UpstreamKey::files),
                Stream.ofNullable(used).flatMap(UpstreamKey::files));
        boolean usesGraph = upstreams.stream().anyMatch(UpstreamSettings.Graph.class::isInstance);
        return new UpstreamKey(
                mailbox.address().key().toString(),
                mailbox.account(),
                upstreams,
                usesGraph ? mailbox.limits().connections() : 0,
                probes,
                used,
                FileContents.of(files));
    }

    private static boolean usesHttps(UpstreamSettings upstream) {
        return upstream.credential() instanceof Credential.OAuth;
    }

    static Stream<Path> files(HttpSettings http) {
        return Stream.concat(Stream.ofNullable(http.trustedCertificates()), files(http.proxy()));
    }

    private static Stream<Path> files(HttpSettings.@Nullable Proxy proxy) {
        HttpSettings.Login login = proxy == null ? null : proxy.login();
        return login == null ? Stream.empty() : login.password().file().stream();
    }

    private static Stream<Path> files(UpstreamSettings upstream) {
        Stream<Path> credential = upstream.credential().files();
        return switch (upstream) {
            case UpstreamSettings.Graph _ -> credential;
            case UpstreamSettings.Smtp(var smtp, var _, var _) -> {
                ClientCertificate own = smtp.clientCertificate();
                Stream<Path> tls = Stream.concat(
                        Stream.ofNullable(smtp.trustedCertificates()),
                        own == null ? Stream.empty() : Stream.of(own.certificate(), own.key()));
                SmtpProxy proxy = smtp.proxy();
                yield Stream.of(credential, tls, files(proxy == null ? null : proxy.server()))
                        .flatMap(files -> files);
            }
        };
    }
}
