package org.o365relay.notice;

import static java.util.stream.Collectors.groupingBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/// The part of a notice that a person reads, who need not know anything of mail servers.
final class Explanation {

    private static final int MAX_REPLY = 1_000;
    private static final int MAX_LISTED = 20;

    private final Failure failure;
    private final OriginalHeader original;
    private final String hostname;
    private final Letter letter = new Letter();

    Explanation(Failure failure, OriginalHeader original, String hostname) {
        this.failure = failure;
        this.original = original;
        this.hostname = hostname;
    }

    /// @return lines ending with CRLF
    String compose() {
        letter.paragraph("This is the mail relay " + hostname
                + ". A message sent through it could not be delivered, and" + " the relay has given up trying.");
        letter.describe(failure, original);
        failure.recipients().stream()
                .collect(groupingBy(Reason::of, LinkedHashMap::new, Collectors.toList()))
                .forEach(this::explain);
        describeAttempts();
        letter.paragraph(
                "For your administrator: the relay's log and queue know this message as " + failure.id() + ".");
        return letter.text();
    }

    private void explain(Reason reason, List<FailedRecipient> recipients) {
        letter.line("Not delivered to:");
        letter.line("");
        recipients.stream().limit(MAX_LISTED).forEach(failed -> letter.line(Letter.INDENT + failed.recipient()));
        if (recipients.size() > MAX_LISTED) {
            letter.line(Letter.INDENT + "and " + (recipients.size() - MAX_LISTED) + " more");
        }
        letter.line("");
        letter.line(reason.fromUpstream() ? "The mail service (" + failure.upstream() + ") answered:" : "The reason:");
        letter.line("");
        letter.quote(Wrapping.shortened(Wrapping.printable(reason.reply()), MAX_REPLY));
        if (!reason.advice().isBlank()) {
            letter.line("What this means, and what you can do:");
            letter.line("");
            letter.quote(reason.advice());
        }
    }

    private void describeAttempts() {
        String attempts = switch (failure.attempts()) {
            case 0 -> "could not try to deliver it";
            case 1 -> "tried once";
            default -> "tried " + failure.attempts() + " times";
        };
        letter.paragraph("The relay received the message on "
                + Letter.time(failure.arrival().at()) + ", " + attempts
                + ", and gave up on " + Letter.time(failure.now()) + ". If it is still needed, please send it again"
                + " once the cause is gone.");
        if (failure.recipients().size() < failure.envelope().recipients().size()) {
            letter.paragraph("The message had other recipients, too. This notice says nothing about them.");
        }
    }

    /// What recipients may have in common, so that it is told once.
    private record Reason(String reply, boolean fromUpstream, String advice) {
        static Reason of(FailedRecipient failed) {
            return new Reason(failed.reply().toString(), failed.fromUpstream(), failed.advice());
        }
    }
}
