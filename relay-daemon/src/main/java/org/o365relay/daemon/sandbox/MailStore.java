package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Accepted messages as files: `0007-20261121-140500.eml`, and what is known of it in
/// `0007-20261121-140500.json`.
///
/// Both appear complete, the JSON last, so that whoever watches for `*.json` finds everything. Numbers go on
/// where an earlier run stopped.
final class MailStore {

    private static final Pattern NAME = Pattern.compile("(\\d{4,9})-.*\\.(?:eml|json)");
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path directory;
    private final AtomicInteger files;
    private final AtomicInteger temporaries = new AtomicInteger();

    MailStore(Path directory) throws IOException {
        this.directory = directory;
        this.files = new AtomicInteger(highestNumber(directory));
        removeLeftovers(directory);
    }

    Path temporary() {
        return directory.resolve("." + temporaries.incrementAndGet() + ".part");
    }

    /// @return where the content went
    Path keepContent(Path temporary, Instant receivedAt) throws IOException {
        String name = "%04d-%s.eml".formatted(files.incrementAndGet(), STAMP.format(receivedAt));
        return Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    void describe(Path content, Accepted accepted) throws IOException {
        Path temporary = Files.writeString(temporary(), json(accepted));
        String name = content.getFileName().toString().replace(".eml", ".json");
        Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String json(Accepted accepted) {
        return new JsonObject()
                .with("road", accepted.road().name().toLowerCase(Locale.ROOT))
                .with("envelopeFrom", accepted.envelopeFrom())
                .with("envelopeTo", accepted.envelopeTo())
                .with("user", accepted.user())
                .with("mechanism", accepted.mechanism())
                .with("tls", accepted.tls())
                .with("cipher", accepted.cipher())
                .with("client", accepted.client().getAddress().getHostAddress())
                .with("helo", accepted.helo())
                .with("receivedAt", accepted.receivedAt().toString())
                .with("from", accepted.from())
                .with("subject", accepted.subject())
                .with("messageId", accepted.messageId())
                .with("size", accepted.size())
                .toString();
    }

    /// What an earlier run had not finished when it was killed.
    private static void removeLeftovers(Path directory) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, ".*.part")) {
            for (Path leftover : leftovers) {
                Files.delete(leftover);
            }
        }
    }

    private static int highestNumber(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> NAME.matcher(entry.getFileName().toString()))
                    .filter(name -> name.matches())
                    .mapToInt(name -> Integer.parseInt(name.group(1)))
                    .max()
                    .orElse(0);
        }
    }
}
