package org.o365relay.sandbox.message;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.web.JsonValues;

/// Stores each accepted message in two files: the content in `0007-20261121-140500.eml`, for example, and its
/// record in `0007-20261121-140500.json`.
///
/// Both files are complete when they are moved into place, and the JSON file is moved last, so a program can
/// watch for `*.json`. File numbers start after the highest number of earlier runs.
final class MessageFiles {

    private static final Pattern NAME = Pattern.compile("(\\d{4,9})-.*\\.(?:eml|json)");
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path directory;
    private final AtomicInteger lastNumber;
    private final AtomicInteger temporaryFileCount = new AtomicInteger();

    MessageFiles(Path directory) throws IOException {
        this.directory = directory;
        this.lastNumber = new AtomicInteger(highestNumber(directory));
        removeLeftovers(directory);
    }

    Path temporaryFile() {
        return directory.resolve("." + temporaryFileCount.incrementAndGet() + ".part");
    }

    /// @return the file in which the content is now stored
    Path storeContent(Path temporary, Instant receivedAt) throws IOException {
        String name = "%04d-%s.eml".formatted(lastNumber.incrementAndGet(), STAMP.format(receivedAt));
        return Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    void writeRecord(Path content, AcceptedMessage accepted) throws IOException {
        Path temporary = Files.writeString(temporaryFile(), json(accepted));
        String name = content.getFileName().toString().replace(".eml", ".json");
        Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String json(AcceptedMessage accepted) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("ingress", accepted.ingress().name().toLowerCase(Locale.ROOT));
        members.put("envelopeFrom", accepted.envelopeFrom());
        members.put("envelopeTo", accepted.envelopeTo());
        members.put("user", accepted.user());
        members.put("mechanism", accepted.mechanism());
        members.put("tls", accepted.tls());
        members.put("cipher", accepted.cipher());
        members.put("client", accepted.client().getAddress().getHostAddress());
        members.put("helo", accepted.helo());
        members.put("receivedAt", accepted.receivedAt().toString());
        members.put("from", accepted.from());
        members.put("subject", accepted.subject());
        members.put("messageId", accepted.messageId());
        members.put("size", accepted.size());
        return members.entrySet().stream()
                .map(member -> JsonValues.toJson(member.getKey()) + ": " + ascii(JsonValues.toJson(member.getValue())))
                .collect(Collectors.joining(",\n  ", "{\n  ", "\n}\n"));
    }

    private static String ascii(String json) {
        return json.chars()
                .mapToObj(c -> c < 0x7f ? Character.toString(c) : "\\u%04x".formatted(c))
                .collect(Collectors.joining());
    }

    /// Deletes the unfinished files of an earlier run.
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
