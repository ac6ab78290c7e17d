package org.o365relay.sandbox.graph;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.settings.GraphSettings;
import org.o365relay.sandbox.tenant.SandboxState;
import org.o365relay.sandbox.web.JsonValues;
import org.o365relay.sandbox.web.WebRequest;
import org.o365relay.sandbox.web.WebResponse;

/// Upload sessions for large attachments. A client sends the ranges in order, at most 4 MiB each, and without
/// an Authorization header. If the connection breaks, complete ranges are kept.
///
/// Source: Microsoft Graph, "Attach large files to Outlook messages or events".
final class UploadSessions {

    static final String PATH = "/api/v2.0/AttachmentSessions/";

    private static final Pattern RANGE =
            Pattern.compile("bytes (?<from>\\d{1,10})-(?<to>\\d{1,10})/(?<size>\\d{1,10})");
    private static final Duration LIFETIME = Duration.ofHours(24);

    private final SandboxState state;
    private final RandomGenerator random;
    private final Path directory;
    private final Map<String, UploadSession> open = new ConcurrentHashMap<>();

    UploadSessions(SandboxState state, RandomGenerator random, Path directory) {
        this.state = state;
        this.random = random;
        this.directory = directory;
    }

    private record UploadSession(
            SandboxDraft draft, Map<String, @Nullable Object> item, long size, Path file, Instant expires) {
        long received() throws IOException {
            return Files.size(file);
        }
    }

    WebResponse create(WebRequest request, Map<String, @Nullable Object> members, SandboxDraft draft)
            throws GraphRefusal, IOException {
        Map<String, @Nullable Object> item = JsonValues.asObject(
                members.containsKey("AttachmentItem") ? members.get("AttachmentItem") : members.get("attachmentItem"));
        long size = item.get("size") instanceof Number number ? number.longValue() : -1;
        checkSize(size);
        DraftAttachment.checkName(item);
        Path file = Files.createTempFile(directory, ".upload-", ".part");
        UploadSession upload = new UploadSession(
                draft,
                item,
                size,
                file,
                state.clock().instant().plus(state.settings().scaled(LIFETIME)));
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        String id = HexFormat.of().formatHex(bytes);
        open.put(id, upload);
        Map<String, Object> response = status(upload);
        response.put("uploadUrl", request.origin() + PATH + id + "?authtoken=" + id);
        return WebResponse.json(201, response);
    }

    private void checkSize(long size) throws GraphRefusal {
        GraphSettings sizes = state.settings().graph();
        if (size < sizes.minimumUpload()) {
            throw new GraphRefusal(
                    400,
                    "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
                    "Attachment size must be greater than the minimum size.");
        }
        if (size > sizes.maximumUpload()) {
            throw new GraphRefusal(413, "ErrorMessageSizeExceeded", "The message exceeds the maximum supported size.");
        }
    }

    WebResponse handle(WebRequest request) throws GraphRefusal, IOException {
        String id = request.path().substring(PATH.length());
        UploadSession upload = open.get(id);
        if (request.header("Authorization").isPresent()) {
            throw GraphRefusal.noToken();
        }
        if (upload == null || !state.clock().instant().isBefore(upload.expires())) {
            throw GraphRefusal.notFound("The upload session does not exist.");
        }
        synchronized (upload) {
            return switch (request.method()) {
                case "GET" -> WebResponse.json(200, status(upload));
                case "PUT" -> put(request, id, upload);
                case "DELETE" -> {
                    open.remove(id);
                    Files.deleteIfExists(upload.file());
                    yield WebResponse.empty(204);
                }
                default -> throw GraphRefusal.badRequest("The method is not allowed.");
            };
        }
    }

    private WebResponse put(WebRequest request, String id, UploadSession upload) throws GraphRefusal, IOException {
        if (request.oversize()) {
            throw GraphRefusal.tooLarge();
        }
        Matcher range = RANGE.matcher(request.header("Content-Range").orElse(""));
        byte[] octets = request.body().array();
        if (!range.matches()
                || Long.parseLong(range.group("size")) != upload.size()
                || Long.parseLong(range.group("to")) - Long.parseLong(range.group("from")) + 1 != octets.length) {
            throw GraphRefusal.badRequest("The Content-Range header is missing or malformed.");
        }
        if (Long.parseLong(range.group("from")) != upload.received()
                || Long.parseLong(range.group("to")) >= upload.size()) {
            throw new GraphRefusal(416, "ErrorInvalidRange", "The range is not the one that was expected next.");
        }
        Files.write(upload.file(), octets, StandardOpenOption.APPEND);
        if (upload.received() < upload.size()) {
            return WebResponse.json(200, status(upload));
        }
        open.remove(id);
        upload.draft().attach(DraftAttachment.uploaded(upload.file(), upload.item()));
        return WebResponse.empty(201).with("Location", request.origin() + "/v1.0/attachments/" + id);
    }

    private static Map<String, Object> status(UploadSession upload) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("expirationDateTime", upload.expires().toString());
        members.put("nextExpectedRanges", List.of(upload.received() + "-"));
        return members;
    }
}
