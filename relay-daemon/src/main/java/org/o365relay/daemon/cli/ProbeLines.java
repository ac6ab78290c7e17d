package org.o365relay.daemon.cli;

import java.util.List;
import java.util.stream.Stream;
import org.o365relay.ResumeResult;
import org.o365relay.daemon.report.Amounts;
import org.o365relay.daemon.report.Layout;
import org.o365relay.deliver.health.RequestedProbe;
import org.o365relay.deliver.health.RequestedProbe.Target;
import org.o365relay.mail.EmailAddress;

/// The output of `mailboxes resume` and `mailboxes retry`: which mailbox and upstreams are probed, and why they
/// are blocked or suspended; how many backoffs were ended, and how many messages became due.
record ProbeLines(Layout layout) {

    /// @param unchanged line to print if the command found nothing to do
    List<String> lines(EmailAddress mailbox, ResumeResult result, String unchanged) {
        if (!result.hasEffect() && result.probes().isEmpty()) {
            return List.of(unchanged);
        }
        Stream<String> resumed = result.resumed() ? Stream.of(mailbox + " is resumed.") : Stream.empty();
        Stream<String> probes = result.probes().stream().map(probe -> line(mailbox, probe));
        Stream<String> next = result.hasEffect() && (result.isProbing() || !result.resumed())
                ? Stream.of("To see the result: o365-relay mailboxes")
                : Stream.empty();
        return Stream.of(resumed, probes, backoffs(result), due(result), next)
                .flatMap(lines -> lines)
                .toList();
    }

    private static Stream<String> backoffs(ResumeResult result) {
        int ended = result.backoffs();
        return ended == 0
                ? Stream.empty()
                : Stream.of((ended == 1 ? "1 backoff is" : Amounts.count(ended) + " backoffs are")
                        + " ended: one message of each author or recipient is tried now, and the others follow within a"
                        + " minute after it is delivered.");
    }

    private static Stream<String> due(ResumeResult result) {
        int due = result.messages();
        return due == 0
                ? Stream.empty()
                : Stream.of(Amounts.of(due, "waiting message") + (due == 1 ? " is" : " are") + " due now"
                        + (result.probes().isEmpty() ? "." : ", and can leave when a probe succeeds."));
    }

    private String line(EmailAddress mailbox, RequestedProbe probe) {
        return switch (probe.target()) {
                    case MAILBOX -> mailbox + " is blocked: ";
                    case UPSTREAM -> probe.upstream() + " is suspended: ";
                }
                + probe.cause()
                + " "
                + action(probe);
    }

    private String action(RequestedProbe probe) {
        return switch (probe.method()) {
            case SIGN_IN -> "Signing in to " + probe.upstream() + " now.";
            case MESSAGE -> "The next message in the queue is sent now, as a probe." + warning(probe);
            case QUOTA ->
                probe.waitsUntil() == null
                        ? "Part of the daily quota is free again; delivery continues."
                        : "This is the relay's own limit, so nothing is probed; part of the daily quota is free again"
                                + " at "
                                + layout.times().of(probe.waitsUntil())
                                + ". To send more before then, raise limits.recipients-per-day and reload the"
                                + " configuration.";
        };
    }

    private static String warning(RequestedProbe probe) {
        return probe.target() == Target.MAILBOX
                ? " While a Microsoft limit lasts, Microsoft may refuse it again; the relay then returns to its probe"
                        + " schedule."
                : "";
    }
}
