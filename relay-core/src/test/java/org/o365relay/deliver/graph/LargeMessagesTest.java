package org.o365relay.deliver.graph;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.ContentDisposition;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import jakarta.mail.internet.MimePartDataSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.json.Json;

/// The messages of `large/messages.txt`.
class LargeMessagesTest {

    private static final String HEADER = "From: relay@contoso.example\r\nTo: ann@contoso.com\r\n";
    private static final byte[] SCAN = octets(1, 30_001); // its base64 ends with padding
    private static final byte[] PHOTO = octets(2, 30_000);
    private static final byte[] TEXT =
            "A line of a large file.\r\n".repeat(1_600).strip().getBytes(ISO_8859_1);
    private static final Map<String, byte[]> FILES = Map.of("scan", SCAN, "photo", PHOTO, "text", TEXT);

    @TempDir
    private Path spool;

    private GraphFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = new GraphFixture(spool);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    /// @param expected lines after `=> `
    record Case(String title, String message, List<String> expected) {
        @Override
        public String toString() {
            return title;
        }
    }

    static Stream<Case> cases() throws IOException {
        String all = Files.readString(Path.of("src/test/resources/large/messages.txt"), UTF_8);
        return Arrays.stream(all.split("(?m)^# ")).skip(1).map(section -> {
            List<String> lines = section.lines().toList();
            List<String> message = lines.stream()
                    .skip(1)
                    .takeWhile(line -> !line.startsWith("=> "))
                    .toList();
            List<String> expected = lines.stream()
                    .filter(line -> line.startsWith("=> "))
                    .map(line -> line.substring(3))
                    .toList();
            return new Case(lines.getFirst(), filled(HEADER + String.join("\r\n", message) + "\r\n"), expected);
        });
    }

    private static String filled(String message) {
        return new String(message.replace("@reverse@", "\u202E").getBytes(UTF_8), ISO_8859_1)
                .replace("@scan@", base64(SCAN))
                .replace("@unpadded@", base64(SCAN).replace("=", ""))
                .replace("@photo@", base64(PHOTO))
                .replace("@small@", base64(octets(3, 100)))
                .replace("@text@", new String(TEXT, ISO_8859_1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void arriveWholeOrAreNotSent(Case message) throws Exception {
        Response response = fixture.send(message.message());

        if (message.expected().getFirst().startsWith("refused: ")) {
            assertThat(response.origin()).isEqualTo(Origin.UNSUITABLE);
            assertThat(response.reply().toString())
                    .startsWith("552 5.3.4 Message too large for Microsoft Graph")
                    .contains(message.expected().getFirst().substring("refused: ".length()));
            assertThat(fixture.graph.asked()).isEmpty();
            return;
        }
        assertThat(response.reply().code()).as(response.reply().toString()).isEqualTo(202);
        List<String> arrived = new ArrayList<>(arrivedFiles());
        arrived.sort(null);
        arrived.add("rest: " + String.join(", ", parts(fixture.graph.sent().getFirst())));
        assertThat(arrived).containsExactlyElementsOf(message.expected());
    }

    private List<String> arrivedFiles() {
        return fixture.graph.draft(1).files.values().stream()
                .map(LargeMessagesTest::described)
                .toList();
    }

    /// An uploaded file as Graph gets it.
    private record Uploaded(
            String name,
            String contentType,
            @Nullable Boolean isInline,
            @Nullable String contentId) {}

    private static String described(FakeGraph.Upload file) {
        Uploaded uploaded = Json.readLeniently(
                        file.description().replace(",}", "}").getBytes(UTF_8), Uploaded.class)
                .orElseThrow();
        String content = FILES.entrySet().stream()
                .filter(known -> checksum(known.getValue()) == file.checksum())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("unknown");
        String reference = uploaded.contentId() == null
                ? ""
                : " | " + (Boolean.TRUE.equals(uploaded.isInline()) ? "inline " : "") + uploaded.contentId();
        return uploaded.name() + " | " + uploaded.contentType() + " | " + content + reference;
    }

    private static List<String> parts(String message) throws Exception {
        List<String> parts = new ArrayList<>();
        list(
                new MimeMessage(
                        Session.getInstance(new Properties()), new ByteArrayInputStream(message.getBytes(ISO_8859_1))),
                parts);
        return parts;
    }

    /// Reads strictly: an unreadable field is an error.
    private static void list(MimePart part, List<String> parts) throws Exception {
        ContentType type = new ContentType(part.getContentType());
        String disposition = part.getHeader("Content-Disposition", null);
        String name = disposition == null ? null : new ContentDisposition(disposition).getParameter("filename");
        String shown = name == null ? type.getParameter("name") : name;
        String base = type.getBaseType().toLowerCase(Locale.ROOT);
        String charset = type.getParameter("charset");
        String contentId = part.getContentID();
        parts.add(base
                + (shown == null ? "" : " " + shown)
                + (charset == null ? "" : " " + charset)
                + (contentId == null ? "" : " " + contentId));
        if (base.startsWith("multipart/") && !base.equals("multipart/signed")) {
            MimeMultipart multipart = new MimeMultipart(new MimePartDataSource(part));
            for (int i = 0; i < multipart.getCount(); i++) {
                list((MimePart) multipart.getBodyPart(i), parts);
            }
        }
    }

    private static byte[] octets(long seed, int size) {
        byte[] octets = new byte[size];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static String base64(byte[] octets) {
        return Base64.getMimeEncoder().encodeToString(octets);
    }

    private static long checksum(byte[] octets) {
        CRC32 checksum = new CRC32();
        checksum.update(octets);
        return checksum.getValue();
    }
}
