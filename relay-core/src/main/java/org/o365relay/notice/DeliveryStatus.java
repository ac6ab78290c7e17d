package org.o365relay.notice;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// The machine-readable part of a notice, `message/delivery-status` (RFC 3464 §2), in US-ASCII and with folded
/// lines.
final class DeliveryStatus {

    // RFC 5322 §3.3
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, d MMM uuuu HH:mm:ss xx", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static final int WIDTH = 72;

    // Limits in characters. Each diagnostic gets an equal share of the total, but at least the minimum and at
    // most the maximum. Diagnostics from Exchange are shorter than the maximum.
    private static final int MAX_DIAGNOSTICS = 64 * 1024;
    private static final int MIN_DIAGNOSTIC = 500;
    private static final int MAX_DIAGNOSTIC = 6_000;

    private final NoticeEvent event;
    private final StringBuilder text = new StringBuilder();

    DeliveryStatus(NoticeEvent event) {
        this.event = event;
    }

    static String date(Instant instant) {
        return DATE.format(instant);
    }

    /// @return the text; every line is terminated by CRLF
    String compose(String hostname) {
        // RFC 3464 §2.2
        String envelopeId = event.envelope().dsnRequest().envelopeId();
        if (!envelopeId.isEmpty()) {
            field("Original-Envelope-Id", envelopeId);
        }
        field("Reporting-MTA", "dns; " + hostname);
        field("Arrival-Date", date(event.arrival().at()));
        field("X-Queue-ID", event.id().toString());
        switch (event) {
            case Failure failure ->
                failure.recipients()
                        .forEach(failed -> describe(
                                failed, MAX_DIAGNOSTICS / failure.recipients().size()));
            case RelayedMessage relaying -> relaying.recipients().forEach(this::describe);
            case Delay delay -> delay.recipients().forEach(recipient -> describe(delay, recipient));
        }
        return text.toString();
    }

    /// A message that was probably delivered is "failed", too: the relay has given up, does not know the
    /// outcome, and RFC 3464 §2.3.3 has no value for that.
    private void describe(FailedRecipient failed, int maxLength) {
        beginRecipient(failed.recipient(), "failed", status(failed.reply()));
        if (failed.fromUpstream()) {
            remoteMta();
        }
        diagnose(failed.reply(), failed.fromUpstream(), maxLength);
        field("Last-Attempt-Date", date(event.occurredAt()));
    }

    private void describe(RelayedRecipient relayed) {
        EnhancedStatus status = relayed.reply().status();
        beginRecipient(
                relayed.recipient(),
                "relayed", // RFC 3464 §2.3.3: the next server does not report deliveries
                status != null && status.category() == 2 ? status : new EnhancedStatus(2, 0, 0));
        remoteMta();
        field("Last-Attempt-Date", date(event.occurredAt()));
    }

    private void describe(Delay delay, Recipient recipient) {
        Reply reply = delay.reply();
        EnhancedStatus status = reply == null ? null : reply.status();
        beginRecipient(
                recipient,
                "delayed",
                status != null && status.category() == 4 ? status : new EnhancedStatus(4, 0, 0)); // RFC 3463 §3.1
        if (reply != null) {
            if (!delay.upstream().isEmpty()) {
                remoteMta();
            }
            diagnose(
                    reply,
                    !delay.upstream().isEmpty(),
                    MAX_DIAGNOSTICS / delay.recipients().size());
        }
        // RFC 3464 §2.3.9
        field("Will-Retry-Until", date(delay.retryUntil()));
    }

    // RFC 3464 §2.3
    private void beginRecipient(Recipient recipient, String action, EnhancedStatus status) {
        text.append("\r\n");
        event.envelope()
                .dsnRequest()
                .of(recipient.address())
                .originalRecipient()
                .ifPresent(original -> field("Original-Recipient", original.type() + "; " + original.address()));
        field("Final-Recipient", typed(recipient.address()));
        field("Action", action);
        field("Status", status.toString());
    }

    // RFC 3464 §2.3.5: the host name without the port
    private void remoteMta() {
        field("Remote-MTA", "dns; " + event.upstream().replaceFirst(":\\d+$", ""));
    }

    private void diagnose(Reply reply, boolean fromUpstream, int maxLength) {
        String text = LineWrapping.singleLine(reply.toString());
        String diagnostic = LineWrapping.truncated(text, Math.clamp(maxLength, MIN_DIAGNOSTIC, MAX_DIAGNOSTIC));
        field("Diagnostic-Code", (fromUpstream ? "smtp; " : "x-o365-relay; ") + diagnostic);
    }

    private void field(String name, String value) {
        String ascii = value.replaceAll("[^\\x20-\\x7e]", "?");
        String lines = String.join("\r\n ", LineWrapping.wrap(name + ": " + ascii, WIDTH));
        text.append(lines).append("\r\n");
    }

    /// Returns the enhanced status code of the reply or, if it is missing or means success, a code derived from
    /// the first digit of the reply (RFC 3463 §3.1).
    private static EnhancedStatus status(Reply reply) {
        EnhancedStatus status = reply.status();
        return status == null || status.category() == 2
                ? new EnhancedStatus(reply.category() == 4 ? 4 : 5, 0, 0)
                : status;
    }

    private static String typed(EmailAddress address) {
        return address.isAscii() ? "rfc822; " + address : "utf-8; " + escaped(address.toString());
    }

    // RFC 6533 §3: utf-8-addr-xtext, because the delivery status is US-ASCII
    private static String escaped(String address) {
        StringBuilder escaped = new StringBuilder();
        address.codePoints().forEach(c -> {
            boolean plain = c > ' ' && c < 0x7f && c != '\\' && c != '+' && c != '=';
            escaped.append(plain ? Character.toString(c) : String.format(Locale.ROOT, "\\x{%X}", c));
        });
        return escaped.toString();
    }
}
