package org.o365relay.sandbox.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.o365relay.sandbox.message.AcceptedMessage;

/// Compares a message as the device sent it with the same message as the sandbox received it from the relay.
///
/// @param problems problems with the received message, such as a changed body; empty if the message arrived as
///     expected
record MessageComparison(List<Row> rows, List<String> problems) {

    /// @param name name of a header field, or of another item, such as `envelope from`, `TLS` or `body`
    /// @param sent the item as the device sent it
    /// @param received the item as the sandbox received it
    record Row(String name, String sent, String received) {}

    /// The `received` value of the `body` row if the body is unchanged.
    static final String SAME = "identical";

    MessageComparison {
        rows = List.copyOf(rows);
        problems = List.copyOf(problems);
    }

    static MessageComparison of(SampleMessage sample, AcceptedMessage accepted, String mailbox) throws IOException {
        MailText sent = MailText.of(sample.content());
        MailText received = MailText.of(accepted.content());
        return new MessageComparison(
                rows(sample, sent, accepted, received), problems(sample, sent, accepted, received, mailbox));
    }

    private static List<Row> rows(SampleMessage sample, MailText sent, AcceptedMessage accepted, MailText received) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("envelope from", "<" + sample.from() + ">", "<" + accepted.envelopeFrom() + ">"));
        rows.add(new Row("envelope to", String.join(", ", sample.to()), String.join(", ", accepted.envelopeTo())));
        for (String field : List.of("From", "Sender", "Reply-To", "To", "Subject", "Date", "Message-ID")) {
            boolean present =
                    sent.field(field).isPresent() || received.field(field).isPresent();
            if (present || field.equals("Reply-To")) {
                rows.add(new Row(field, fieldText(sent, field), fieldText(received, field)));
            }
        }
        rows.add(new Row("TLS", "none", accepted.tls() + "  " + accepted.cipher()));
        rows.add(new Row("login", "none", "AUTH " + accepted.mechanism() + "  " + accepted.user()));
        rows.add(new Row("body", bytes(sent), received.hasSameBodyAs(sent) ? SAME : "DIFFERENT, " + bytes(received)));
        return rows;
    }

    private static List<String> problems(
            SampleMessage sample, MailText sent, AcceptedMessage accepted, MailText received, String mailbox) {
        List<String> problems = new ArrayList<>();
        if (!accepted.envelopeFrom().equalsIgnoreCase(mailbox)) {
            problems.add("the envelope sender is not the mailbox");
        }
        if (!accepted.envelopeTo().equals(sample.to())) {
            problems.add("the envelope recipients differ from those that the device sent");
        }
        if (received.field("Message-ID").isEmpty()) {
            problems.add("there is no Message-ID");
        }
        if (!received.hasSameBodyAs(sent)) {
            problems.add("the body differs from the one that the device sent");
        }
        return problems;
    }

    private static String fieldText(MailText message, String field) {
        return message.field(field).orElse("-");
    }

    private static String bytes(MailText message) {
        return "%,d bytes".formatted(message.bodySize());
    }
}
