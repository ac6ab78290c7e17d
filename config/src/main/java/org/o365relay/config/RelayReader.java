package org.o365relay.config;

import static org.o365relay.config.Amount.GIB;
import static org.o365relay.config.Amount.KIB;
import static org.o365relay.config.Amount.MIB;
import static org.o365relay.config.Amount.TIB;
import static org.o365relay.config.Amount.duration;
import static org.o365relay.config.Amount.size;
import static org.o365relay.config.Amount.whole;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.RelaySettings;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.SessionLimits;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Tolerance;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.ProbeSchedule;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueSettings;

/// The section `relay`.
///
/// @param directory where relative paths start
/// @param kernelHostname the file the kernel tells the machine's name in
record RelayReader(Path directory, Map<String, String> environment, Path kernelHostname) {

    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    /// @return empty if there is not exactly one good mailbox; every other problem has been told as well
    Optional<RelaySettings> read(Section relay) {
        String hostname = relay.optional("hostname", Addresses.HOSTNAME)
                .orElseGet(() -> Hostname.find(environment, kernelHostname));
        Section limits = relay.section("limits");
        SessionLimits sessions = sessions(limits);
        ClientPolicy policy = policy(limits);
        TrustedNetworks trusted = TrustedNetworksReader.read(relay, policy);
        List<ListenerSettings> listeners = ListenersReader.read(relay, trusted);
        QueueSettings queue = queue(relay, policy.messageSize());
        Optional<MailboxSettings> mailbox = new MailboxesReader(directory, environment, hostname).read(relay);
        Section retry = relay.section("retry");
        RetrySchedule schedule = schedule(retry);
        ProbeSchedule probe = probe(retry);
        NoticeSettings notices = notices(relay.section("notices"));
        Duration grace = relay.value("stop-grace", duration(Duration.ZERO, HOUR));
        return mailbox.map(only -> new RelaySettings(
                hostname,
                listeners,
                new AcceptSettings(
                        hostname,
                        sessions,
                        new AdmissionRules(null, only.address()),
                        null,
                        null,
                        false,
                        only.address()),
                queue,
                only,
                schedule,
                probe,
                notices,
                grace));
    }

    private static ClientPolicy policy(Section limits) {
        return new ClientPolicy(
                "",
                Tolerance.STANDARD,
                AuthPolicy.NONE,
                false,
                limits.value("message-size", size(64 * KIB, GIB)), // RFC 5321 §4.5.3.1.7
                new DeviceLimits(limits.value("connections-per-client", whole(1, 100_000)), null, null, null));
    }

    private static SessionLimits sessions(Section limits) {
        return new SessionLimits(
                limits.value("command-line-length", whole(512, 65_536)), // RFC 5321 §4.5.3.1.4
                limits.value("recipients", whole(1, 10_000)),
                100,
                limits.value("connections", whole(1, 100_000)),
                limits.value("idle-timeout", duration(SECOND, HOUR)),
                Duration.ofMinutes(1),
                0);
    }

    private QueueSettings queue(Section relay, long messageSize) {
        Section queue = relay.section("queue");
        long maximumSize = queue.value("maximum-size", size(MIB, 1024 * TIB));
        if (maximumSize < messageSize) {
            queue.problem(
                    "maximum-size",
                    "a queue of %s has no room for one message of relay.limits.message-size (%s); enlarge it"
                            .formatted(Amount.text(maximumSize), Amount.text(messageSize)));
        }
        return new QueueSettings(
                relay.value("data-directory", FileContent.path(directory)),
                queue.value("free-space-floor", size(0, 1024 * TIB)),
                maximumSize,
                queue.value("history", duration(Duration.ZERO, DAY.multipliedBy(3650))));
    }

    private static RetrySchedule schedule(Section retry) {
        return new RetrySchedule(
                retry.value("first-delay", duration(MOMENT, DAY)),
                retry.value("give-up-after", duration(SECOND, DAY.multipliedBy(30))));
    }

    private static ProbeSchedule probe(Section retry) {
        Duration first = retry.value("mailbox-probe", duration(MOMENT, DAY));
        Duration longest = retry.value("mailbox-probe-longest", duration(MOMENT, DAY));
        if (longest.compareTo(first) < 0) {
            String key = retry.written("mailbox-probe-longest").isPresent() ? "mailbox-probe-longest" : "mailbox-probe";
            retry.problem(
                    key,
                    "mailbox-probe-longest (%s) is shorter than mailbox-probe (%s); make it at least as long"
                            .formatted(Amount.text(longest), Amount.text(first)));
        }
        return new ProbeSchedule(first, longest);
    }

    private static NoticeSettings notices(Section notices) {
        return new NoticeSettings(notices.optional("admin", Addresses.MAIL).orElse(null));
    }
}
