package org.o365relay.config;

import static org.o365relay.config.values.Quantities.GIB;
import static org.o365relay.config.values.Quantities.KIB;
import static org.o365relay.config.values.Quantities.MIB;
import static org.o365relay.config.values.Quantities.TIB;
import static org.o365relay.config.values.Quantities.duration;
import static org.o365relay.config.values.Quantities.size;
import static org.o365relay.config.values.Quantities.whole;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.RelaySettings;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.accept.session.SessionSettings;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.admit.AddressRule;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.alert.AlertSettings;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.FileContent;
import org.o365relay.config.values.Quantities;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.mail.EmailAddress;
import org.o365relay.net.HttpSettings;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.route.RewriteRules;
import org.o365relay.route.Routes;

/// Reads the section `relay`.
///
/// @param directory base directory of relative paths
/// @param kernelHostname file that contains the host name of the machine
/// @param heap maximum heap size in octets
/// @param now current time, for checking expiry dates
/// @param opensSecrets whether files with secrets, certificates and users are read
record RelayReader(
        Path directory,
        Map<String, String> environment,
        Path kernelHostname,
        long heap,
        Instant now,
        boolean opensSecrets) {

    // Estimated heap in octets for a connection that receives a message: session and buffers (12 KiB), the smallest
    // share of the memory for content, held twice while it is being written (16 KiB), and with TLS also the TLS engine
    // and two TLS records (48 KiB).
    private static final long CONNECTION = 28 * KIB;
    private static final long TLS_CONNECTION = 76 * KIB;

    private static final String MESSAGE_SIZE = "message-size";
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    /// The settings for accepting mail.
    ///
    /// @param basePolicy policy if neither the entry of a network nor `trusted-network-defaults` sets anything
    /// @param trusted trusted networks of listeners that have no list of their own
    private record AcceptConfiguration(
            SessionLimits limits,
            Optional<CertificateFiles> certificate,
            Optional<Path> users,
            boolean authWithoutTls,
            ClientPolicy basePolicy,
            TrustedNetworks trusted,
            List<ListenerSettings> listeners) {

        AcceptSettings settings(
                String hostname,
                AdmissionRules admission,
                Routes routes,
                List<EmailAddress> mailboxes,
                RewriteRules rewriteRules) {
            return new AcceptSettings(
                    new SessionSettings(hostname, limits, admission, authWithoutTls, routes, mailboxes, rewriteRules),
                    certificate.orElse(null),
                    users.orElse(null));
        }
    }

    /// Reads the section and reports all problems.
    ///
    /// @return the configuration; empty if no mailbox is valid
    Optional<ResolvedConfiguration> read(Section relay) {
        String hostname = relay.optional("hostname", Addresses.HOSTNAME)
                .orElseGet(() -> Hostname.find(environment, kernelHostname));
        SecretFiles files = new SecretFiles(directory, environment, opensSecrets);
        AcceptConfiguration accept = acceptConfiguration(relay, files);
        List<ListenerSettings> listeners = accept.listeners();
        QueueSettings queue = queue(relay, accept.basePolicy().messageSize(), listeners);
        ControlSettings control =
                new ControlReader(relay.section("control"), directory).read(queue.directory(), listeners);
        HttpSettings http = new HttpReader(relay.section("http"), files).read();
        MailboxesReader.Result mailboxes = new MailboxesReader(relay, files, queue.directory(), hostname, now).read();
        reportLargeMessages(relay.section("limits"), mailboxes.valid());
        Optional<Routes> routes = new RoutesReader(relay, mailboxes).read();
        RewriteRules rewriteRules = new RewriteRulesReader(relay, listeners).read();
        RetrySchedule schedule = schedule(relay.section("retry"));
        ProbeSchedule probe = probe(relay.section("retry"));
        NoticeSettings notices = new NoticesReader(relay.section("notices")).read(schedule);
        AlertSettings alerts = new AlertsReader(relay.section("alerts"), files, hostname, notices.admin()).read();
        Duration shutdownTimeout = relay.value("shutdown-timeout", duration(Duration.ZERO, HOUR));
        Optional<AdmissionRules> admission = admission(relay, notices, mailboxes.addresses());
        return routes.flatMap(routing -> admission.map(rules -> new RelaySettings(
                        hostname,
                        listeners,
                        accept.settings(hostname, rules, routing, mailboxes.addresses(), rewriteRules),
                        queue.withLongestWait(schedule.maxWait()),
                        mailboxes.settings(),
                        routing,
                        http,
                        schedule,
                        probe,
                        notices,
                        alerts,
                        mailboxes.ndrs(),
                        shutdownTimeout)))
                .map(settings -> new ResolvedConfiguration(
                        settings, control, mailboxes.valid(), accept.basePolicy(), accept.trusted()));
    }

    private AcceptConfiguration acceptConfiguration(Section relay, SecretFiles files) {
        Section limits = relay.section("limits");
        SessionLimits sessions = sessions(limits);
        SecurityReader security = new SecurityReader(relay.section("tls"), relay.section("auth"), files, now);
        Optional<CertificateFiles> certificate = security.certificate();
        Optional<Path> users = security.users();
        reportMemory(limits, sessions.connections(), security.hasCertificate());
        PolicyReader policies = new PolicyReader(limits, security.hasCertificate(), security.hasUsers());
        TrustedNetworksReader networks = TrustedNetworksReader.of(relay, policies);
        TrustedNetworks trusted = networks.read(relay);
        List<ListenerSettings> listeners =
                new ListenersReader(relay, networks, trusted, security.hasCertificate()).read();
        security.reportLogins(listeners);
        return new AcceptConfiguration(
                sessions,
                certificate,
                users,
                security.allowsLoginsWithoutTls(),
                policies.basePolicy(),
                trusted,
                listeners);
    }

    /// @return the rules; empty if there is no recipient for mail to postmaster, because neither an admin nor a
    ///     mailbox is configured
    private static Optional<AdmissionRules> admission(
            Section relay, NoticeSettings notices, List<EmailAddress> mailboxes) {
        Optional<String> defaultDomain = relay.optional("default-domain", Addresses.DOMAIN);
        List<AddressRule> senders = new RulesReader(relay).read("sender-rules");
        List<AddressRule> recipients = new RulesReader(relay).read("recipient-rules");
        return Stream.concat(Stream.ofNullable(notices.admin()), mailboxes.stream())
                .findFirst()
                .map(postmaster -> new AdmissionRules(defaultDomain.orElse(null), postmaster, senders, recipients));
    }

    /// Warns if the relay's `message-size` is set and exceeds the largest message size of all mailboxes.
    private static void reportLargeMessages(Section limits, List<ResolvedMailbox> mailboxes) {
        long accepted = limits.value(MESSAGE_SIZE, size(64 * KIB, GIB));
        long sent = mailboxes.stream()
                .mapToLong(mailbox -> TargetBuilder.mailbox(mailbox).messageSize())
                .max()
                .orElse(GIB);
        if (limits.configured(MESSAGE_SIZE).isPresent() && accepted > sent) {
            limits.reportWarning(
                    MESSAGE_SIZE,
                    "no mailbox sends messages larger than %s, so larger ones are rejected; if Exchange allows more, raise limits.message-size of the mailbox"
                            .formatted(Quantities.format(sent)));
        }
    }

    private static SessionLimits sessions(Section limits) {
        return new SessionLimits(
                limits.value("command-line-length", whole(512, 65_536)), // RFC 5321 §4.5.3.1.4
                limits.value("recipients-per-message", whole(1, 10_000)),
                limits.value("hops", whole(10, 1000)), // RFC 5321 §6.3
                limits.value("connections", whole(1, 100_000)),
                limits.value("idle-timeout", duration(SECOND, HOUR)),
                limits.value("command-timeout", duration(SECOND, HOUR)),
                limits.value("minimum-data-rate", size(0, MIB)).intValue());
    }

    /// Warns if the connections can use more than half of the heap, because messages need the rest.
    private void reportMemory(Section limits, int connections, boolean tls) {
        long needed = connections * (tls ? TLS_CONNECTION : CONNECTION);
        if (needed > heap / 2) {
            limits.reportWarning(
                    "connections",
                    "%d connections%s take about %d MiB, more than half of the %d MiB of memory; use at most %d, or raise -Xmx in jvm.options"
                            .formatted(
                                    connections,
                                    tls ? " with TLS" : "",
                                    needed / MIB,
                                    heap / MIB,
                                    heap / 2 / (tls ? TLS_CONNECTION : CONNECTION)));
        }
    }

    private QueueSettings queue(Section relay, long baseSize, List<ListenerSettings> listeners) {
        long largest = largest(baseSize, listeners);
        Section queue = relay.section("queue");
        long maximumSize = queue.value("maximum-size", size(MIB, 1024 * TIB));
        if (maximumSize < largest) {
            String key = largest == baseSize ? "relay.limits.message-size" : "a trusted network's message-size";
            queue.reportProblem(
                    "maximum-size",
                    "%s is too small for one message of %s (%s); increase it"
                            .formatted(Quantities.format(maximumSize), key, Quantities.format(largest)));
        }
        return new QueueSettings(
                        relay.value("data-directory", FileContent.path(directory)),
                        queue.value("minimum-free-space", size(0, 1024 * TIB)),
                        maximumSize,
                        queue.value("history", duration(Duration.ZERO, DAY.multipliedBy(3650))))
                .withKeepContent(keepContent(queue.section("keep-content")));
    }

    private static KeepContent keepContent(Section keep) {
        return new KeepContent(
                keep.value("failed", duration(Duration.ZERO, DAY.multipliedBy(3650))),
                keep.value("delivered", duration(Duration.ZERO, DAY.multipliedBy(3650))),
                keep.value("maximum-size", size(0, 1024 * TIB)));
    }

    private static long largest(long baseSize, List<ListenerSettings> listeners) {
        return listeners.stream()
                .flatMap(listener -> listener.trusted().networks().stream())
                .mapToLong(trusted -> trusted.policy().messageSize())
                .reduce(baseSize, Math::max);
    }

    private static RetrySchedule schedule(Section retry) {
        return new RetrySchedule(
                retry.value("first-delay", duration(MILLISECOND, DAY)),
                retry.value("expire-after", duration(SECOND, DAY.multipliedBy(30))));
    }

    private static ProbeSchedule probe(Section retry) {
        Duration first = retry.value("mailbox-probe", duration(MILLISECOND, DAY));
        Duration longest = retry.value("mailbox-probe-max", duration(MILLISECOND, DAY));
        if (longest.compareTo(first) < 0) {
            String key = retry.configured("mailbox-probe-max").isPresent() ? "mailbox-probe-max" : "mailbox-probe";
            retry.reportProblem(
                    key,
                    "mailbox-probe-max (%s) is shorter than mailbox-probe (%s); make it at least as long"
                            .formatted(Quantities.format(longest), Quantities.format(first)));
        }
        return new ProbeSchedule(first, longest);
    }
}
