package org.o365relay.daemon.cli;

import java.util.List;
import java.util.stream.Stream;
import org.o365relay.MailboxProbes;
import org.o365relay.daemon.report.Layout;
import org.o365relay.deliver.ProbeNow;
import org.o365relay.deliver.ProbeNow.Target;
import org.o365relay.mail.EmailAddress;

/// The answer to `mailboxes resume` and `mailboxes retry`: what is probed, and why it was blocked.
record ProbeLines(Layout layout) {

    /// @param nothing the sentence if the mailbox was neither resumed nor is probed
    List<String> lines(EmailAddress mailbox, MailboxProbes result, String nothing) {
        if (!result.resumed() && result.probes().isEmpty()) {
            return List.of(nothing);
        }
        Stream<String> resumed = result.resumed() ? Stream.of(mailbox + " is resumed.") : Stream.empty();
        Stream<String> probes = result.probes().stream().map(probe -> line(mailbox, probe));
        Stream<String> next =
                result.isProbing() ? Stream.of("To see the result: o365-relay mailboxes") : Stream.empty();
        return Stream.of(resumed, probes, next).flatMap(lines -> lines).toList();
    }

    private String line(EmailAddress mailbox, ProbeNow probe) {
        return switch (probe.target()) {
                    case MAILBOX -> mailbox + " is blocked: ";
                    case UPSTREAM -> probe.upstream() + " is suspended: ";
                }
                + probe.reason()
                + " "
                + action(probe);
    }

    private String action(ProbeNow probe) {
        return switch (probe.by()) {
            case SIGN_IN -> "Signing in to " + probe.upstream() + " now.";
            case MESSAGE -> "Sending one queued message as a probe now." + warning(probe);
            case QUOTA ->
                probe.waitsUntil() == null
                        ? "The quota has room again; delivery continues."
                        : "This is a limit of the relay, so it is not probed; it has room again at "
                                + layout.times().of(probe.waitsUntil())
                                + ". To send more before that, raise limits.recipients-per-day and restart the relay.";
        };
    }

    private static String warning(ProbeNow probe) {
        return probe.target() == Target.MAILBOX
                ? " While a Microsoft limit lasts, Microsoft may refuse it again; the relay then keeps its schedule."
                : "";
    }
}
