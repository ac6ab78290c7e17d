package org.o365relay.daemon.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.o365relay.daemon.sandbox.AcceptedMessage;

/// One message as it was sent and as it arrived.
///
/// @param problems what is not as it should be; empty if all is well
record MessageComparison(List<Row> rows, List<String> problems) {

    /// @param sent on the device's side
    /// @param received on Office 365's side
    record Row(String what, String sent, String received) {}

    /// What is shown for a body that has not changed.
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
            boolean somewhere =
                    sent.field(field).isPresent() || received.field(field).isPresent();
            if (somewhere || field.equals("Reply-To")) {
                rows.add(new Row(field, fieldText(sent, field), fieldText(received, field)));
            }
        }
        rows.add(new Row("TLS", "none", accepted.tls() + "  " + accepted.cipher()));
        rows.add(new Row("login", "none", "AUTH " + accepted.mechanism() + "  " + accepted.user()));
        rows.add(new Row("body", bytes(sent), received.hasBodyOf(sent) ? SAME : "DIFFERENT, " + bytes(received)));
        return rows;
    }

    private static List<String> problems(
            SampleMessage sample, MailText sent, AcceptedMessage accepted, MailText received, String mailbox) {
        List<String> flaws = new ArrayList<>();
        if (!accepted.envelopeFrom().equalsIgnoreCase(mailbox)) {
            flaws.add("the envelope sender is not the mailbox");
        }
        if (!accepted.envelopeTo().equals(sample.to())) {
            flaws.add("the recipients are not those of the device");
        }
        if (received.field("Message-ID").isEmpty()) {
            flaws.add("there is no Message-ID");
        }
        if (!received.hasBodyOf(sent)) {
            flaws.add("the body is not what the device sent");
        }
        return flaws;
    }

    private static String fieldText(MailText message, String field) {
        return message.field(field).orElse("-");
    }

    private static String bytes(MailText message) {
        return "%,d bytes".formatted(message.bodySize());
    }
}
