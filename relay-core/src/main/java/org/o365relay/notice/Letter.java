package org.o365relay.notice;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.o365relay.mail.Arrival;

/// Text for a person, in lines of at most 72 characters that end with CRLF.
final class Letter {

    static final String INDENT = "    ";

    private static final int WIDTH = 72;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu 'at' HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final StringBuilder text = new StringBuilder();

    static String time(Instant instant) {
        return TIME.format(instant);
    }

    String text() {
        return text.toString();
    }

    /// Says which message it is about.
    void describe(Occurrence occurrence, OriginalHeader original) {
        item("Subject", original.text("Subject").orElse("(none)"));
        item(
                "From",
                original.text("From")
                        .or(() -> occurrence.envelope().returnPath().map(Object::toString))
                        .orElse("(nobody)"));
        item(
                "Date",
                original.text("Date").orElseGet(() -> time(occurrence.arrival().at())));
        item("Device", device(occurrence.arrival()));
        line("");
    }

    private static String device(Arrival arrival) {
        String helo = Wrapping.shortened(Wrapping.printable(arrival.helo()), WIDTH);
        String address = arrival.client().getHostAddress();
        return helo.isEmpty() ? address : helo + " (" + address + ")";
    }

    private void item(String name, String value) {
        List<String> lines = Wrapping.lines(value, WIDTH - 13);
        line(INDENT + (name + ":        ").substring(0, 9) + lines.getFirst());
        lines.stream().skip(1).forEach(line -> line(INDENT + "         " + line));
    }

    void quote(String quoted) {
        Wrapping.lines(quoted, WIDTH - INDENT.length()).forEach(line -> line(INDENT + line));
        line("");
    }

    void paragraph(String sentences) {
        Wrapping.lines(sentences, WIDTH).forEach(this::line);
        line("");
    }

    void line(String line) {
        text.append(line).append("\r\n");
    }
}
