package org.o365relay.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;

/// The ways out. For each recipient the first rule that fits decides; if none does, the first target.
///
/// @param rules in the order they are looked at; each target they name is among the targets
/// @param targets at least one, with different names
public record Routes(List<RouteRule> rules, List<Target> targets) {

    public Routes {
        rules = List.copyOf(rules);
        targets = List.copyOf(targets);
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("no target");
        }
    }

    /// @return the target of this name, unless the configuration has changed since the message was routed
    public Optional<Target> target(String name) {
        for (Target target : targets) {
            if (target.name().equals(name)) {
                return Optional.of(target);
            }
        }
        return Optional.empty();
    }

    /// @return octets of the largest message that any target takes
    public long maxMessageSize() {
        long largest = 0;
        for (Target target : targets) {
            largest = Math.max(largest, target.messageSize());
        }
        return largest;
    }

    /// @param octets the size of a message
    /// @return the first target of its parts that does not take a message of this size; empty if they all do
    public Optional<Target> firstTooSmall(List<RoutedEnvelope> parts, long octets) {
        for (RoutedEnvelope part : parts) {
            Optional<Target> target = target(part.route());
            if (target.isPresent() && octets > target.get().messageSize()) {
                return target;
            }
        }
        return Optional.empty();
    }

    /// @return whether a rule asks who wrote the message
    public boolean needsAuthor() {
        for (RouteRule rule : rules) {
            if (rule.author() != null) {
                return true;
            }
        }
        return false;
    }

    /// Divides an envelope among the ways its recipients go, and each of these parts into as many as the
    /// mailbox's limit on recipients asks for. Recipients keep their order.
    ///
    /// @return at least one part; together they have every recipient once
    public List<RoutedEnvelope> split(RoutingInput origin, Envelope envelope) {
        if (rules.isEmpty() && isWithinLimit(targets.getFirst(), envelope)) {
            return List.of(new RoutedEnvelope(targets.getFirst().name(), Priority.NORMAL, envelope));
        }
        Map<Assignment, List<EmailAddress>> ways = new LinkedHashMap<>();
        for (EmailAddress recipient : envelope.recipients()) {
            ways.computeIfAbsent(assign(origin, recipient), _ -> new ArrayList<>())
                    .add(recipient);
        }
        List<RoutedEnvelope> parts = new ArrayList<>();
        ways.forEach((way, recipients) -> splitByLimit(way, recipients, envelope, parts));
        return parts;
    }

    private record Assignment(Target target, Priority priority) {}

    private Assignment assign(RoutingInput origin, EmailAddress recipient) {
        for (RouteRule rule : rules) {
            if (rule.matches(origin, recipient)) {
                Target target = rule.target() == null
                        ? targets.getFirst()
                        : target(rule.target())
                                .orElseThrow(() -> new IllegalStateException("no target " + rule.target()));
                return new Assignment(target, rule.priority());
            }
        }
        return new Assignment(targets.getFirst(), Priority.NORMAL);
    }

    private static void splitByLimit(
            Assignment way, List<EmailAddress> recipients, Envelope envelope, List<RoutedEnvelope> parts) {
        Integer limit = way.target().recipientsPerMessage();
        int most = limit == null ? recipients.size() : limit;
        for (int from = 0; from < recipients.size(); from += most) {
            List<EmailAddress> some = recipients.subList(from, Math.min(from + most, recipients.size()));
            parts.add(new RoutedEnvelope(way.target().name(), way.priority(), subset(envelope, some)));
        }
    }

    private static Envelope subset(Envelope envelope, List<EmailAddress> recipients) {
        return recipients.equals(envelope.recipients())
                ? envelope
                : new Envelope(
                        envelope.sender(),
                        recipients,
                        envelope.smtpUtf8(),
                        envelope.body(),
                        subset(envelope.dsnRequest(), recipients));
    }

    private static DsnRequest subset(DsnRequest report, List<EmailAddress> recipients) {
        Map<EmailAddress, ForRecipient> wishes = new HashMap<>(report.recipients());
        wishes.keySet().retainAll(recipients);
        return new DsnRequest(report.envelopeId(), report.returned(), wishes);
    }

    private static boolean isWithinLimit(Target target, Envelope envelope) {
        Integer most = target.recipientsPerMessage();
        return most == null || envelope.recipients().size() <= most;
    }
}
