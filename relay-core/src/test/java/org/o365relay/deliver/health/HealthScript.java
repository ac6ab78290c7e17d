package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.o365relay.deliver.health.DeliveryPermit.Probe;
import org.o365relay.deliver.health.HealthState.Blocked;
import org.o365relay.deliver.health.HealthState.Open;
import org.o365relay.deliver.health.HealthState.Retrying;
import org.o365relay.deliver.health.HealthState.Suspended;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.journal.Event;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// Applies events that are written as words to the health of a mailbox, and writes its state as words. There
/// is no clock: time passes only until the next attempt may be made.
final class HealthScript {

    static final Instant START = Instant.parse("2026-11-21T08:00:00Z");

    private static final EmailAddress MAILBOX =
            EmailAddress.parse("relay@contoso.example").orElseThrow();
    private static final ProbeSchedule PROBES = new ProbeSchedule(Duration.ofMinutes(1), Duration.ofMinutes(15));
    private static final Duration QUOTA = Duration.ofHours(2);

    private final List<String> journal = new ArrayList<>();
    private MailboxHealth health;
    private Instant now = START;

    /// @param upstreams number of upstreams, with two connections each
    HealthScript(int upstreams) {
        health = MailboxHealth.open(
                MAILBOX,
                PROBES,
                IntStream.range(0, upstreams)
                        .mapToObj(i -> UpstreamHealth.open(i, "upstream-" + i, 2))
                        .toList());
    }

    /// Applies events such as `unreachable CONNECT, check answered, retry`. A result is that of the next
    /// delivery, or of the next check if it begins with `check` or no delivery may start. It begins with
    /// `probe` if the delivery waits until it is the probe of a suspended upstream.
    HealthScript apply(String events) {
        words(events).forEach(this::applyOne);
        return this;
    }

    private static Stream<String> words(String text) {
        return Stream.of(text.split(", *", -1)).map(String::strip).filter(word -> !word.isEmpty());
    }

    private void applyOne(String event) {
        switch (event) {
            case "pause" -> apply(new HealthEvent.Pause(now, "olga"));
            case "resume" -> apply(new HealthEvent.Resume(true));
            case "retry" -> apply(new HealthEvent.Retry(true));
            case "retry without quota" -> apply(new HealthEvent.Retry(false));
            case "time passes" -> passTime(Duration.ofDays(1));
            default -> attempt(event);
        }
    }

    void passTime(Duration time) {
        now = now.plus(time);
        apply(new HealthEvent.TimePassed());
    }

    private void attempt(String result) {
        if (result.startsWith("probe ")) {
            now = now.plus(health.untilMessageProbe(now));
        }
        DeliveryPermit permit =
                result.startsWith("check ") ? check() : delivery().orElseGet(this::check);
        apply(new HealthEvent.PermitTaken(permit));
        apply(event(result.replaceFirst("^(check|probe) ", ""), permit));
        apply(new HealthEvent.PermitReturned(permit));
    }

    /// The permit of a delivery, which is held until the script ends.
    DeliveryPermit begin() {
        return taken(delivery().orElseThrow());
    }

    /// The permit of the next delivery or, if none may start, of the next check; held until it is returned.
    DeliveryPermit beginNext() {
        return taken(delivery().orElseGet(this::check));
    }

    private DeliveryPermit taken(DeliveryPermit permit) {
        apply(new HealthEvent.PermitTaken(permit));
        return permit;
    }

    private Optional<DeliveryPermit> delivery() {
        now = now.plus(health.untilNextAttempt(now));
        return health.nextDelivery(now);
    }

    private DeliveryPermit check() {
        now = now.plus(health.untilCheck(now));
        return health.nextCheck(now).orElseThrow();
    }

    HealthEvent event(String result, DeliveryPermit permit) {
        String name = result.replaceAll(" [A-Z_]+$", "");
        Step step = name.equals(result) ? Step.CONTENT : Step.valueOf(result.substring(name.length() + 1));
        String reason = name.startsWith("quota") ? "Quota used up." : "Failed at " + step + ".";
        Cause cause = Causes.of(step, Reply.of(451, "4.0.0", "no"), reason);
        return switch (name) {
            case "accepted" -> new HealthEvent.MessageAccepted(permit);
            case "refused" -> new HealthEvent.MessageRefused(permit, step);
            case "answered" -> new HealthEvent.Answered(permit);
            case "unreachable" -> new HealthEvent.UpstreamUnreachable(permit, cause);
            case "transaction failed" -> new HealthEvent.TransactionFailed(permit, cause);
            case "connection lost" -> new HealthEvent.ConnectionLost(permit);
            case "upstream failed" -> new HealthEvent.UpstreamFailed(permit, cause, null);
            case "mailbox failed" -> new HealthEvent.MailboxFailed(permit, cause, null);
            case "quota used up" -> new HealthEvent.QuotaUsedUp(permit, cause, now.plus(QUOTA), false);
            case "quota reserved" -> new HealthEvent.QuotaUsedUp(permit, cause, now.plusSeconds(60), true);
            default -> throw new IllegalArgumentException(result);
        };
    }

    HealthScript apply(HealthEvent event) {
        HealthTransition transition = HealthTransition.of(health, event, now);
        health = transition.health();
        transition.journal().forEach(reported -> journal.add(name(reported)));
        return this;
    }

    private static String name(Event event) {
        return event.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /// @return the events written to the journal since the last call
    String journal() {
        String events = String.join(", ", journal);
        journal.clear();
        return events;
    }

    MailboxHealth health() {
        return health;
    }

    Instant now() {
        return now;
    }

    /// @return the state of each upstream, and a block, with the kind of probe and the time until it is due:
    ///     `open`, `retrying check 1s`, `open, blocked message 1m`
    String state() {
        String upstreams = health.upstreams().stream()
                .map(upstream -> state(upstream.state()))
                .collect(Collectors.joining(" + "));
        Blocked block = health.block();
        return block == null ? upstreams : upstreams + ", " + state(block);
    }

    private String state(HealthState state) {
        return switch (state) {
            case Open _ -> "open";
            case Retrying(Suspension suspension) -> "retrying " + probe(suspension);
            case Suspended(Suspension suspension) -> "suspended " + probe(suspension);
            case Blocked block -> (block.isBrief() ? "waiting " : "blocked ") + probe(block.suspension());
        };
    }

    private String probe(Suspension suspension) {
        String left = suspension.remaining(now).toString().substring("PT".length());
        return suspension.endedBy().name().toLowerCase(Locale.ROOT) + " " + left.toLowerCase(Locale.ROOT);
    }

    /// @return what the next permits are for: `delivery`, `message probe`, `check`, or nothing
    String permits() {
        return Stream.concat(health.nextDelivery(now).stream(), health.nextCheck(now).stream())
                .map(permit -> {
                    String kind = permit.carriesMail()
                            ? permit.probe() == Probe.NONE ? "delivery" : "message probe"
                            : "check";
                    return kind + " " + permit.upstream();
                })
                .collect(Collectors.joining(", "));
    }
}
