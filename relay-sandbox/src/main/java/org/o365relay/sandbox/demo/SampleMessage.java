package org.o365relay.sandbox.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// A sample message as a device sends it.
///
/// A sample is read from a resource that contains the lines `title:`, `helo:`, `mail:` (empty for the null
/// sender) and `rcpt:` (one line per recipient), an empty line, and the message with LF or CRLF line endings.
///
/// @param title heading for the output
/// @param helo argument of HELO
/// @param from envelope sender; empty for the null sender
/// @param to envelope recipients
/// @param text message with CRLF line endings
record SampleMessage(String title, String helo, String from, List<String> to, String text) {

    private static final List<String> RESOURCES =
            List.of("scan.eml", "ups.eml", "report.eml", "notice.eml", "cron.eml");

    static List<SampleMessage> all() throws IOException {
        List<SampleMessage> samples = new ArrayList<>();
        for (String resource : RESOURCES) {
            samples.add(read(resource));
        }
        return List.copyOf(samples);
    }

    byte[] content() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static SampleMessage read(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(SampleMessage.class.getResourceAsStream(resource), resource)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n"));
        }
    }

    private static SampleMessage parse(String text) {
        int blank = text.indexOf("\n\n");
        String envelope = text.substring(0, blank);
        String message = text.substring(blank + 2).replace("\n", "\r\n");
        return new SampleMessage(
                values(envelope, "title").getFirst(),
                values(envelope, "helo").getFirst(),
                values(envelope, "mail").getFirst(),
                values(envelope, "rcpt"),
                message);
    }

    private static List<String> values(String envelope, String key) {
        return Arrays.stream(envelope.split("\n"))
                .filter(line -> line.startsWith(key + ":"))
                .map(line -> line.substring(key.length() + 1).strip())
                .toList();
    }
}
