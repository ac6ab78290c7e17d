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
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;

/// Routes recipients to targets. The first matching rule decides; if no rule matches, the recipient is routed
/// to the first target, with normal priority.
///
/// @param rules the rules in order of evaluation; their targets must exist
/// @param targets the targets, at least one, with unique names; the first is the default
public record Routes(List<RouteRule> rules, List<Target> targets) {

    public Routes {
        rules = List.copyOf(rules);
        targets = List.copyOf(targets);
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("no target");
        }
    }

    /// @return the target; empty if it is no longer configured
    public Optional<Target> target(String name) {
        for (Target target : targets) {
            if (target.name().equals(name)) {
                return Optional.of(target);
            }
        }
        return Optional.empty();
    }

    /// @return the largest message size that any target accepts, in octets
    public long maxMessageSize() {
        long largest = 0;
        for (Target target : targets) {
            largest = Math.max(largest, target.messageSize());
        }
        return largest;
    }

    /// @param octets the size of a message
    /// @return the first target, in the order of the parts, that does not accept a message of this size; empty
    ///     if there is none. Targets that are no longer configured are skipped
    public Optional<Target> firstOverSizeLimit(List<RoutedEnvelope> parts, long octets) {
        for (RoutedEnvelope part : parts) {
            Optional<Target> target = target(part.route());
            if (target.isPresent() && octets > target.get().messageSize()) {
                return target;
            }
        }
        return Optional.empty();
    }

    /// @return whether any rule has an author condition
    public boolean needsAuthor() {
        for (RouteRule rule : rules) {
            if (rule.conditions().author() != null) {
                return true;
            }
        }
        return false;
    }

    /// Splits an envelope by target and priority, and splits a part further if it exceeds the recipient limit
    /// of its target. The order of the recipients within each target and priority is kept.
    ///
    /// @return the parts, at least one; each recipient is in exactly one part
    public List<RoutedEnvelope> split(RoutingInput input, Envelope envelope) {
        if (rules.isEmpty() && isWithinLimit(targets.getFirst(), envelope)) {
            return List.of(new RoutedEnvelope(targets.getFirst().name(), Priority.NORMAL, envelope));
        }
        Map<Assignment, List<EmailAddress>> assignments = new LinkedHashMap<>();
        for (EmailAddress recipient : envelope.recipients()) {
            assignments
                    .computeIfAbsent(assign(input, recipient), _ -> new ArrayList<>())
                    .add(recipient);
        }
        List<RoutedEnvelope> parts = new ArrayList<>();
        assignments.forEach((assignment, recipients) -> splitByLimit(assignment, recipients, envelope, parts));
        return parts;
    }

    private record Assignment(Target target, Priority priority) {}

    private Assignment assign(RoutingInput input, EmailAddress recipient) {
        for (RouteRule rule : rules) {
            if (rule.conditions().matches(input, recipient)) {
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
            Assignment assignment, List<EmailAddress> recipients, Envelope envelope, List<RoutedEnvelope> parts) {
        Integer limit = assignment.target().recipientsPerMessage();
        int max = limit == null ? recipients.size() : limit;
        for (int from = 0; from < recipients.size(); from += max) {
            List<EmailAddress> group = recipients.subList(from, Math.min(from + max, recipients.size()));
            parts.add(new RoutedEnvelope(assignment.target().name(), assignment.priority(), subset(envelope, group)));
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
                        subset(envelope.dsnRequest(), recipients),
                        changes(envelope, recipients));
    }

    private static HeaderChanges changes(Envelope envelope, List<EmailAddress> recipients) {
        boolean hasAdded = recipients.stream().anyMatch(envelope::isAdded);
        return hasAdded ? envelope.changes() : envelope.changes().withAddedRecipient(null);
    }

    private static DsnRequest subset(DsnRequest request, List<EmailAddress> recipients) {
        Map<EmailAddress, ForRecipient> remaining = new HashMap<>(request.recipients());
        remaining.keySet().retainAll(recipients);
        return new DsnRequest(request.envelopeId(), request.returned(), remaining);
    }

    private static boolean isWithinLimit(Target target, Envelope envelope) {
        Integer max = target.recipientsPerMessage();
        return max == null || envelope.recipients().size() <= max;
    }
}
