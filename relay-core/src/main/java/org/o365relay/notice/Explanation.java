package org.o365relay.notice;

import static java.util.stream.Collectors.groupingBy;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.o365relay.mail.Recipient;

/// The part of a notice that a person reads, who need not know anything of mail servers.
final class Explanation {

    private static final int WIDTH = 72;
    private static final int MAX_REPLY = 1_000;
    private static final int MAX_LISTED = 20;
    private static final String INDENT = "    ";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu 'at' HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final Failure failure;
    private final OriginalHeader original;
    private final String hostname;
    private final StringBuilder text = new StringBuilder();

    Explanation(Failure failure, OriginalHeader original, String hostname) {
        this.failure = failure;
        this.original = original;
        this.hostname = hostname;
    }

    /// @return lines ending with CRLF
    String compose() {
        paragraph("This is the mail relay " + hostname + ". A message sent through it could not be delivered, and"
                + " the relay has given up trying.");
        describeMessage();
        failure.recipients().stream()
                .collect(groupingBy(Reason::of, LinkedHashMap::new, Collectors.toList()))
                .forEach(this::explain);
        describeAttempts();
        paragraph("For your administrator: the relay's log and queue know this message as " + failure.id() + ".");
        return text.toString();
    }

    private void describeMessage() {
        item("Subject", original.text("Subject").orElse("(none)"));
        item("From", original.text("From").or(this::envelopeSender).orElse("(nobody)"));
        item(
                "Date",
                original.text("Date")
                        .orElseGet(() -> TIME.format(failure.arrival().at())));
        item("Device", device());
        line("");
    }

    private void explain(Reason reason, List<FailedRecipient> recipients) {
        line("Not delivered to:");
        line("");
        recipients.stream().limit(MAX_LISTED).map(FailedRecipient::recipient).forEach(this::list);
        if (recipients.size() > MAX_LISTED) {
            line(INDENT + "and " + (recipients.size() - MAX_LISTED) + " more");
        }
        line("");
        line(reason.fromUpstream() ? "The mail service (" + failure.upstream() + ") answered:" : "The reason:");
        line("");
        quote(Wrapping.shortened(Wrapping.printable(reason.reply()), MAX_REPLY));
        if (!reason.advice().isBlank()) {
            line("What this means, and what you can do:");
            line("");
            quote(reason.advice());
        }
    }

    private void describeAttempts() {
        String attempts = switch (failure.attempts()) {
            case 0 -> "could not try to deliver it";
            case 1 -> "tried once";
            default -> "tried " + failure.attempts() + " times";
        };
        paragraph("The relay received the message on "
                + TIME.format(failure.arrival().at()) + ", " + attempts
                + ", and gave up on " + TIME.format(failure.now()) + ". If it is still needed, please send it again"
                + " once the cause is gone.");
        if (failure.recipients().size() < failure.envelope().recipients().size()) {
            paragraph("The message had other recipients, too. This notice says nothing about them.");
        }
    }

    private Optional<String> envelopeSender() {
        return failure.envelope().returnPath().map(Object::toString);
    }

    private String device() {
        String helo = Wrapping.shortened(Wrapping.printable(failure.arrival().helo()), WIDTH);
        String address = failure.arrival().client().getHostAddress();
        return helo.isEmpty() ? address : helo + " (" + address + ")";
    }

    private void list(Recipient recipient) {
        line(INDENT + recipient);
    }

    private void item(String name, String value) {
        List<String> lines = Wrapping.lines(value, WIDTH - 13);
        line(INDENT + (name + ":        ").substring(0, 9) + lines.getFirst());
        lines.stream().skip(1).forEach(line -> line(INDENT + "         " + line));
    }

    private void quote(String quoted) {
        Wrapping.lines(quoted, WIDTH - INDENT.length()).forEach(line -> line(INDENT + line));
        line("");
    }

    private void paragraph(String sentences) {
        Wrapping.lines(sentences, WIDTH).forEach(this::line);
        line("");
    }

    private void line(String line) {
        text.append(line).append("\r\n");
    }

    /// What recipients may have in common, so that it is told once.
    private record Reason(String reply, boolean fromUpstream, String advice) {
        static Reason of(FailedRecipient failed) {
            return new Reason(failed.reply().toString(), failed.fromUpstream(), failed.advice());
        }
    }
}
