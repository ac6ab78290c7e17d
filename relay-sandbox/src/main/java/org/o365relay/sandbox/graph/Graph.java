package org.o365relay.sandbox.graph;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.entra.IssuedToken;
import org.o365relay.sandbox.entra.Resource;
import org.o365relay.sandbox.fault.FaultAction;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.tenant.SandboxState;
import org.o365relay.sandbox.web.JsonValues;
import org.o365relay.sandbox.web.WebRequest;
import org.o365relay.sandbox.web.WebResponse;
import org.o365relay.sandbox.web.WebServer;

/// Implements the mail part of Microsoft Graph for `/v1.0/users/{user}` and `/v1.0/me`: sendMail, drafts,
/// attachments, upload sessions, reading the inbox and searching Sent Items.
public final class Graph {

    private static final String SEND = "Mail.Send";
    private static final String READ = "Mail.Read";
    private static final String READ_WRITE = "Mail.ReadWrite";
    private static final String READ_BASIC = "Mail.ReadBasic";
    private static final String READ_BASIC_ALL = "Mail.ReadBasic.All"; // for apps

    private final SandboxState state;
    private final RandomGenerator random;
    private final GraphSubmission submission;
    private final Drafts drafts;
    private final GraphInbox inbox;
    private final SentItemsFolder sentItems;
    private final UploadSessions uploads;
    private final Map<String, AtomicInteger> concurrentRequests = new ConcurrentHashMap<>();

    /// @param directory directory for uploaded attachments
    public Graph(SandboxState state, Inboxes inboxes, RandomGenerator random, Path directory) {
        this.state = state;
        this.random = random;
        this.submission = new GraphSubmission(state);
        this.drafts = new Drafts(random);
        this.inbox = new GraphInbox(inboxes);
        this.sentItems = new SentItemsFolder(state);
        this.uploads = new UploadSessions(state, random, directory);
    }

    public static boolean serves(WebRequest request) {
        return request.path().startsWith("/v1.0/") || isUpload(request);
    }

    private static boolean isUpload(WebRequest request) {
        return request.path().startsWith(UploadSessions.PATH);
    }

    /// @return the name under which the request is counted: `upload` for a request to an upload URL;
    ///     `sentitems` for a search in Sent Items; the method and `message`, such as `GET message`, for one
    ///     message or draft; otherwise the last path segment, such as `sendMail`, `send`, `messages`,
    ///     `attachments`, `createUploadSession` or `$value`
    public static String callName(WebRequest request) {
        List<String> path = request.segments();
        String last = path.getLast();
        if (isUpload(request)) {
            return "upload";
        }
        if (path.contains("sentitems")) {
            return "sentitems";
        }
        return path.size() > 1 && path.get(path.size() - 2).equals("messages") ? request.method() + " message" : last;
    }

    /// Injects a fault that matches the request; if there is none, calls the normal handler.
    @FunctionalInterface
    public interface FaultHandler {
        WebResponse handle(WebServer.Handler normal) throws IOException;
    }

    public WebResponse handle(WebRequest request, FaultHandler handler) throws IOException {
        return isUpload(request)
                ? handler.handle(_ -> respond(() -> uploads.handle(request)))
                : respond(() -> authorize(request, handler));
    }

    /// Returns the response for a fault that injects an HTTP status. An empty code or message is replaced by
    /// the default for the status; a response with a status below 300 has no body.
    public WebResponse failure(FaultAction.Status fault) {
        return fault.status() < 300
                ? WebResponse.empty(fault.status())
                : GraphRefusal.of(fault).toResponse(state.clock().instant(), random);
    }

    @FunctionalInterface
    private interface Call {
        WebResponse execute() throws GraphRefusal, IOException;
    }

    private WebResponse respond(Call call) throws IOException {
        try {
            return call.execute();
        } catch (GraphRefusal refusal) {
            return refusal.toResponse(state.clock().instant(), random);
        }
    }

    private WebResponse authorize(WebRequest request, FaultHandler handler) throws GraphRefusal, IOException {
        IssuedToken token = token(request);
        List<String> path = request.segments();
        String first = path.size() > 1 ? path.get(1) : "";
        boolean isMe = first.equals("me");
        if (!isMe && !(first.equals("users") && path.size() > 2)) {
            throw GraphRefusal.badRequest("Resource not found for the segment '" + first + "'.");
        }
        String user = isMe ? token.signedInUser().orElse("") : path.get(2);
        SandboxMailbox mailbox = state.settings()
                .submission()
                .mailbox(user)
                .orElseThrow(() ->
                        new GraphRefusal(404, "ErrorInvalidUser", "The requested user '" + user + "' is invalid."));
        List<String> remaining = path.subList(isMe ? 2 : 3, path.size());
        return throttled(
                token, mailbox, () -> handler.handle(_ -> respond(() -> route(request, remaining, token, mailbox))));
    }

    private IssuedToken token(WebRequest request) throws GraphRefusal {
        return request.bearer()
                .flatMap(state.tokenService()::token)
                .filter(token -> token.resource() == Resource.GRAPH)
                .orElseThrow(GraphRefusal::noToken);
    }

    /// Enforces the limit on concurrent requests per app and mailbox.
    private WebResponse throttled(IssuedToken token, SandboxMailbox mailbox, Call call)
            throws GraphRefusal, IOException {
        AtomicInteger running = concurrentRequests.computeIfAbsent(
                token.app().clientId() + " " + mailbox.key(), _ -> new AtomicInteger());
        try {
            if (running.incrementAndGet() > state.settings().limits().graphRequests()) {
                throw GraphRefusal.throttled(1);
            }
            return call.execute();
        } finally {
            running.decrementAndGet();
        }
    }

    private WebResponse route(WebRequest request, List<String> path, IssuedToken token, SandboxMailbox mailbox)
            throws GraphRefusal, IOException {
        String pattern = path.size() > 1 && path.getFirst().equals("messages")
                ? "messages/id" + String.join("/", path.subList(2, path.size())).replaceFirst("^(?=.)", "/")
                : String.join("/", path);
        String id = path.size() > 1 ? path.get(1) : "";
        return switch (request.method() + " " + pattern) {
            case "POST sendMail" -> sendMail(request, requirePermission(token, mailbox, SEND));
            case "POST messages" -> createDraft(request, requirePermission(token, mailbox, READ_WRITE));
            case "GET messages/id" -> draftResponse(200, id, draft(token, mailbox, id));
            case "PATCH messages/id" -> {
                SandboxDraft draft = draft(token, mailbox, id);
                draft.change(json(request));
                yield draftResponse(200, id, draft);
            }
            case "DELETE messages/id" -> {
                draft(token, mailbox, id).close();
                drafts.remove(id);
                yield WebResponse.empty(204);
            }
            case "POST messages/id/attachments" -> attach(request, draft(token, mailbox, id));
            case "POST messages/id/attachments/createUploadSession" ->
                uploads.create(request, json(request), draft(token, mailbox, id));
            case "POST messages/id/send" -> send(request, id, requirePermission(token, mailbox, SEND));
            case "GET mailFolders/inbox/messages" -> inbox.list(request, requireRead(token, mailbox));
            case "GET mailFolders/sentitems/messages" -> sentItems.list(request, requireBasicRead(token, mailbox));
            case "GET messages/id/$value" -> inbox.content(requireRead(token, mailbox), id);
            default -> throw GraphRefusal.badRequest("Resource not found for the segment '" + pattern + "'.");
        };
    }

    private static SandboxMailbox requireRead(IssuedToken token, SandboxMailbox mailbox) throws GraphRefusal {
        return requirePermission(token, mailbox, token.allows(READ, READ) ? READ : READ_WRITE);
    }

    private static SandboxMailbox requireBasicRead(IssuedToken token, SandboxMailbox mailbox) throws GraphRefusal {
        return token.allows(READ_BASIC_ALL, READ_BASIC)
                ? requirePermission(token, mailbox, READ_BASIC_ALL, READ_BASIC)
                : requireRead(token, mailbox);
    }

    private static SandboxMailbox requirePermission(IssuedToken token, SandboxMailbox mailbox, String permission)
            throws GraphRefusal {
        return requirePermission(token, mailbox, permission, permission);
    }

    /// @return the mailbox
    /// @throws GraphRefusal if the token lacks the permission or may not use the mailbox
    private static SandboxMailbox requirePermission(
            IssuedToken token, SandboxMailbox mailbox, String role, String scope) throws GraphRefusal {
        if (!token.allows(role, scope)) {
            throw GraphRefusal.accessDenied();
        }
        if (!token.mayUse(mailbox.address())) {
            throw new GraphRefusal(403, "ErrorAccessDenied", "Access to OData is disabled.");
        }
        return mailbox;
    }

    private WebResponse sendMail(WebRequest request, SandboxMailbox mailbox) throws GraphRefusal, IOException {
        if (!request.hasContentType("text/plain")) {
            Map<String, @Nullable Object> members = json(request);
            try (SandboxDraft draft = SandboxDraft.of(mailbox, JsonValues.asObject(members.get("message")))) {
                return submission.send(request, mailbox, draft);
            }
        }
        byte[] content = decoded(request);
        if (content.length > state.settings().graph().silentDropAbove()) {
            return WebResponse.empty(200);
        }
        return submission.send(request, mailbox, content);
    }

    private WebResponse createDraft(WebRequest request, SandboxMailbox mailbox) throws GraphRefusal {
        SandboxDraft draft = request.hasContentType("text/plain")
                ? SandboxDraft.of(mailbox, decoded(request))
                : SandboxDraft.of(mailbox, json(request));
        return draftResponse(201, drafts.add(draft), draft);
    }

    private WebResponse attach(WebRequest request, SandboxDraft draft) throws GraphRefusal {
        DraftAttachment attachment = DraftAttachment.of(json(request));
        draft.attach(attachment);
        return WebResponse.json(
                201, Map.of("@odata.type", "#microsoft.graph.fileAttachment", "id", "att", "name", attachment.name()));
    }

    private WebResponse send(WebRequest request, String id, SandboxMailbox mailbox) throws GraphRefusal, IOException {
        SandboxDraft draft = drafts.find(mailbox, id);
        WebResponse response = submission.send(request, mailbox, draft);
        drafts.remove(id);
        draft.close();
        return response;
    }

    private SandboxDraft draft(IssuedToken token, SandboxMailbox mailbox, String id) throws GraphRefusal {
        return drafts.find(requirePermission(token, mailbox, READ_WRITE), id);
    }

    private static WebResponse draftResponse(int status, String id, SandboxDraft draft) throws GraphRefusal {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#users('user')/messages/$entity");
        members.put("id", id);
        members.put("subject", draft.subject());
        members.put("internetMessageId", draft.messageId());
        members.put("isDraft", true);
        return WebResponse.json(status, members);
    }

    private static byte[] decoded(WebRequest request) throws GraphRefusal {
        checkSize(request);
        try {
            byte[] base64 = request.body().array();
            byte[] content = Base64.getMimeDecoder().decode(base64);
            boolean clean =
                    new String(base64, StandardCharsets.ISO_8859_1).chars().allMatch(Graph::isBase64);
            if (clean && content.length > 0) {
                return content;
            }
        } catch (IllegalArgumentException notBase64) {
            // reported below
        }
        throw new GraphRefusal(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.");
    }

    private static boolean isBase64(int character) {
        return character < 0x80 && (Character.isLetterOrDigit(character) || "+/=\r\n".indexOf(character) >= 0);
    }

    private static Map<String, @Nullable Object> json(WebRequest request) throws GraphRefusal {
        checkSize(request);
        return JsonValues.object(request.body().array())
                .orElseThrow(() -> GraphRefusal.badRequest("Unable to read JSON request payload."));
    }

    private static void checkSize(WebRequest request) throws GraphRefusal {
        if (request.oversize()) {
            throw GraphRefusal.tooLarge();
        }
    }
}
