package org.o365relay.rewrite;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Domain;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.QueueId;

/// A directory with `in.eml`, `out.eml` and a `readme`: a line that describes the case, then its settings as
/// `key: value`. Their defaults are in [#VALUES]. In `helo`, `\x0d` and `\x0a` are CR and LF.
record RewriteCase(Path directory, Map<String, String> given) {

    private static final Path ROOT = Path.of("src/test/resources/rewrite");

    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("sender", "ann@contoso.com"),
            Map.entry("helo", "printer-3"),
            Map.entry("client", "10.0.0.7"),
            Map.entry("protocol", "ESMTP"),
            Map.entry("body", "7BIT"),
            Map.entry("display-name", "{name}"),
            Map.entry("send-as", ""),
            Map.entry("fallback", ""),
            Map.entry("record-original", "yes"),
            Map.entry("suppress", "yes"),
            Map.entry("new-message-id", ""));

    /// The changes that the rewriting rules decided on.
    private static final Set<String> RULED = Set.of("from-name", "reply-to", "subject-prefix", "redirected");

    static Stream<RewriteCase> all() throws IOException {
        try (Stream<Path> directories = Files.list(ROOT)) {
            return directories.sorted().map(RewriteCase::read).toList().stream();
        }
    }

    byte[] in() throws IOException {
        return Files.readAllBytes(directory.resolve("in.eml"));
    }

    byte[] out() throws IOException {
        return Files.readAllBytes(directory.resolve("out.eml"));
    }

    byte[] rewritten() throws IOException {
        return bytes(new Rewriter(rules())
                .rewrite(id(), arrival(), envelope(), newMessageId(), new ByteArrayInputStream(in())));
    }

    @Nullable
    String newMessageId() {
        return value("new-message-id").isEmpty() ? null : value("new-message-id");
    }

    static byte[] bytes(RewriteResult rewriting) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        switch (rewriting) {
            case RewriteResult.Rewritten message -> message.writeTo(out);
            case RewriteResult.Unacceptable refused -> throw new AssertionError(refused.reply());
        }
        return out.toByteArray();
    }

    static QueueId id() {
        return QueueId.parse("01JD4Z7K2M9QX").orElseThrow();
    }

    Arrival arrival() throws IOException {
        String helo = value("helo").replace("\\x0d", "\r").replace("\\x0a", "\n");
        return new Arrival(
                Instant.parse("2026-11-21T07:00:01.250Z"),
                InetAddress.getByName(value("client")),
                helo,
                value("protocol"));
    }

    Envelope envelope() {
        EmailAddress sender = EmailAddress.parse(value("sender")).orElse(null);
        return new Envelope(
                sender,
                List.of(address("bob@fabrikam.com"), address("hidden@fabrikam.com")),
                false,
                BodyType.of(value("body")).orElseThrow(),
                DsnRequest.NONE,
                changes());
    }

    private HeaderChanges changes() {
        List<EmailAddress> redirected = Arrays.stream(value("redirected").split(",\\s*"))
                .flatMap(text -> EmailAddress.parse(text).stream())
                .toList();
        return new HeaderChanges(
                        given.get("from-name"),
                        EmailAddress.parse(value("reply-to")).orElse(null),
                        given.get("subject-prefix"),
                        List.of(),
                        0,
                        null)
                .withRedirected(redirected);
    }

    RewriteSettings rules() {
        List<RewriteSettings.SendAs> sendAs = Arrays.stream(value("send-as").split(",\\s*"))
                .filter(entry -> !entry.isEmpty())
                .map(RewriteCase::sendAs)
                .toList();
        EmailAddress fallback = EmailAddress.parse(value("fallback")).orElse(null);
        return new RewriteSettings(
                address("relay@contoso.example"),
                value("display-name"),
                sendAs,
                fallback,
                value("record-original").equals("yes"),
                value("suppress").equals("yes"),
                "relay.contoso.example");
    }

    @Override
    public String toString() {
        return String.valueOf(directory.getFileName());
    }

    private String value(String key) {
        return given.getOrDefault(key, VALUES.getOrDefault(key, ""));
    }

    private static RewriteCase read(Path directory) {
        try {
            Map<String, String> given = Files.readAllLines(directory.resolve("readme")).stream()
                    .skip(1)
                    .map(line -> line.split(":\\s*", 2))
                    .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
            if (!given.keySet().stream().allMatch(key -> VALUES.containsKey(key) || RULED.contains(key))) {
                throw new AssertionError(directory + " has an unknown key: " + given);
            }
            return new RewriteCase(directory, given);
        } catch (IOException e) {
            throw new AssertionError("a case without readme: " + directory, e);
        }
    }

    private static RewriteSettings.SendAs sendAs(String entry) {
        return entry.startsWith("@")
                ? new RewriteSettings.SendAs.WholeDomain(new Domain(entry.substring(1)))
                : new RewriteSettings.SendAs.Address(address(entry));
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
