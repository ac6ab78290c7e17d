package org.o365relay.sandbox.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.message.AcceptedMessage;

/// Sends the sample messages through the relay and prints each message as sent and as received.
public final class DemoRun {

    private static final int WIDTH = 110;
    private static final int LABEL = 14;
    private static final int COLUMN = (WIDTH - LABEL - 4) / 2;

    private final Sandbox sandbox;
    private final InetSocketAddress relay;
    private final String mailbox;
    private final Duration timeout;
    private final PrintWriter out;
    private final TerminalStyle style;

    /// @param timeout how long to wait for each message to arrive in the sandbox
    public DemoRun(
            Sandbox sandbox,
            InetSocketAddress relay,
            String mailbox,
            Duration timeout,
            PrintWriter out,
            TerminalStyle style) {
        this.sandbox = sandbox;
        this.relay = relay;
        this.mailbox = mailbox;
        this.timeout = timeout;
        this.out = out;
        this.style = style;
    }

    /// @return whether all messages arrived as expected
    public boolean run() throws IOException, InterruptedException {
        List<SampleMessage> samples = SampleMessage.all();
        int passed = 0;
        for (SampleMessage sample : samples) {
            passed += show(sample) ? 1 : 0;
        }
        String summary = passed + " of " + samples.size() + " messages arrived as expected.";
        out.println();
        out.println(passed == samples.size() ? style.good(summary) : style.bad(summary));
        out.flush();
        return passed == samples.size();
    }

    /// Prints the envelope, the main header fields and the login of a message that the sandbox received.
    public void printAccepted(AcceptedMessage accepted) throws IOException {
        MailText received = MailText.of(accepted.content());
        out.println();
        out.println(style.bold("Microsoft 365 received") + "  "
                + style.faint(accepted.receivedAt() + "  " + accepted.size() + " bytes"));
        printLine("envelope", "<" + accepted.envelopeFrom() + "> to " + String.join(", ", accepted.envelopeTo()));
        for (String field : List.of("From", "Reply-To", "Subject", "Message-ID")) {
            received.field(field).ifPresent(value -> printLine(field, value));
        }
        printLine("via", accepted.tls() + ", AUTH " + accepted.mechanism() + " " + accepted.user());
        out.flush();
    }

    private boolean show(SampleMessage sample) throws IOException, InterruptedException {
        printHeading(sample);
        int before = sandbox.acceptedCount();
        try {
            DemoDevice.send(sample, relay);
        } catch (IOException e) {
            return printFailure(String.valueOf(e.getMessage()));
        }
        Optional<AcceptedMessage> accepted = sandbox.await(
                message -> message.number() > before && message.envelopeTo().equals(sample.to()), timeout);
        return accepted.isPresent()
                ? show(MessageComparison.of(sample, accepted.get(), mailbox))
                : printFailure("did not reach Microsoft 365 within " + timeout.toSeconds() + " s");
    }

    private boolean show(MessageComparison comparison) {
        printRow("", "sent by the device", "received by Microsoft 365");
        comparison.rows().forEach(row -> printRow(row.name(), row.sent(), row.received()));
        comparison.problems().forEach(this::printFailure);
        out.flush();
        return comparison.problems().isEmpty();
    }

    private boolean printFailure(String problem) {
        out.println(style.bad(problem));
        out.flush();
        return false;
    }

    private void printHeading(SampleMessage sample) {
        out.println();
        out.println(style.bold(sample.title()));
        out.println(style.faint(style.rule(WIDTH)));
        out.flush();
    }

    private void printRow(String what, String sent, String received) {
        List<String> left = TerminalStyle.wrapped(sent, COLUMN);
        List<String> right = TerminalStyle.wrapped(received, COLUMN);
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            String label = padded(i == 0 ? what : "", LABEL);
            out.println((style.faint(label) + "  " + padded(at(left, i), COLUMN) + "  " + highlighted(at(right, i)))
                    .stripTrailing());
        }
    }

    private void printLine(String what, String value) {
        for (String part : TerminalStyle.wrapped(value, WIDTH - LABEL - 2)) {
            out.println("  " + style.faint(padded(what, LABEL - 2)) + "  " + part);
        }
    }

    private String highlighted(String received) {
        return received.equals(MessageComparison.SAME) ? style.good(received) : received;
    }

    private static String at(List<String> lines, int index) {
        return index < lines.size() ? lines.get(index) : "";
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
