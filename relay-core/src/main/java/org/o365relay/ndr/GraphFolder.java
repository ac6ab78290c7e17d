package org.o365relay.ndr;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.identity.AccessToken;
import org.o365relay.identity.TokenException;
import org.o365relay.identity.TokenSource;
import org.o365relay.json.Json;
import org.o365relay.ndr.NdrSettings.Graph;
import org.o365relay.net.BodyLimit;
import org.o365relay.net.Https;
import org.o365relay.net.NoResponseException;

/// Reads a folder with Microsoft Graph. Requires the permission Mail.Read.
///
/// <https://learn.microsoft.com/graph/api/user-list-messages>,
/// <https://learn.microsoft.com/graph/api/message-get>
final class GraphFolder implements NdrFolder {

    /// Messages are truncated to this size in octets. The delivery status is near the beginning of a report, so
    /// truncation normally affects only the copy of the reported message that follows.
    static final int MAX_MESSAGE = 1024 * 1024;

    private static final BodyLimit MAX_PAGE = BodyLimit.atMost(8 * 1024 * 1024);
    private static final String FIELDS = "&$select=id,receivedDateTime,internetMessageHeaders&$top=50";
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final Graph settings;
    private final TokenSource tokens;
    private final Https https;

    GraphFolder(Graph settings, TokenSource tokens, Https https) {
        this.settings = settings;
        this.tokens = tokens;
        this.https = https;
    }

    /// Ends the renewal of the access token.
    @Override
    public void close() {
        tokens.close();
    }

    /// A page of messages; `nextLink` is the URL of the next page, null on the last page.
    private record MessagePage(
            List<Message> value,
            @JsonProperty("@odata.nextLink") @Nullable String nextLink) {}

    private record Message(
            @Nullable String id, @Nullable String receivedDateTime, List<HeaderField> internetMessageHeaders) {

        Optional<Instant> received() {
            return Optional.ofNullable(receivedDateTime).flatMap(GraphFolder::parseInstant);
        }

        /// @return whether the message may be a report; true if its Content-Type is not known
        boolean mayBeReport() {
            return internetMessageHeaders.stream()
                    .filter(field -> "Content-Type".equalsIgnoreCase(field.name()))
                    .flatMap(field -> Stream.ofNullable(field.value()))
                    .findFirst()
                    .map(NdrParser::isReport)
                    .orElse(true);
        }
    }

    private record HeaderField(
            @Nullable String name, @Nullable String value) {}

    private record ErrorBody(@Nullable GraphError error) {}

    private record GraphError(
            @Nullable String code, @Nullable String message) {

        static final GraphError UNKNOWN = new GraphError(null, null);

        @Override
        public String toString() {
            return (code == null ? "" : " " + code) + (message == null ? "" : ": " + message);
        }
    }

    @Override
    public void scan(Optional<String> position, Listener listener)
            throws UnreadableFolderException, InterruptedException {
        GraphPosition reached = position.flatMap(GraphPosition::parse).orElse(null);
        if (reached == null) {
            listener.positionReached(end().toString());
            return;
        }
        Optional<URI> next = Optional.of(firstPage(reached));
        while (next.isPresent()) {
            MessagePage page = page(next.get());
            for (Message message : page.value()) {
                reached = scan(message, reached, listener);
            }
            listener.positionReached(reached.toString());
            next = nextPage(page);
        }
    }

    /// Does not use the clock of this machine: if it were ahead, reports would be skipped.
    ///
    /// @return the position after the newest message
    private GraphPosition end() throws UnreadableFolderException, InterruptedException {
        GraphPosition end = new GraphPosition(Instant.EPOCH, List.of());
        MessagePage newest = page(address(messages() + "?$orderby=" + encoded("receivedDateTime desc") + FIELDS));
        for (Message message : newest.value().reversed()) {
            Optional<Instant> received = message.received();
            if (message.id() != null && received.isPresent()) {
                end = end.advancedTo(received.get(), message.id());
            }
        }
        return end;
    }

    private String messages() {
        return "mailFolders/" + encoded(settings.folder()) + "/messages";
    }

    private URI firstPage(GraphPosition from) {
        return address(messages() + "?$filter=" + encoded("receivedDateTime ge " + from.time())
                + "&$orderby=receivedDateTime" + FIELDS);
    }

    private Optional<URI> nextPage(MessagePage page) throws UnreadableFolderException {
        Optional<String> link = Optional.ofNullable(page.nextLink());
        if (link.isPresent() && !link.get().startsWith(settings.graphUrl() + "/")) {
            // the other server would receive the token
            throw new UnreadableFolderException(
                    "the next page link from Microsoft Graph points to another server", null);
        }
        return link.map(URI::create);
    }

    private GraphPosition scan(Message message, GraphPosition reached, Listener listener)
            throws UnreadableFolderException, InterruptedException {
        Optional<String> id = Optional.ofNullable(message.id());
        Optional<Instant> received = message.received();
        if (id.isEmpty() || received.isEmpty() || reached.includes(received.get(), id.get())) {
            return reached;
        }
        GraphPosition here = reached.advancedTo(received.get(), id.get());
        if (message.mayBeReport()) {
            content(id.get()).ifPresent(content -> listener.messageFound(here.toString(), content));
        }
        return here;
    }

    /// @return the message, possibly truncated; empty if it no longer exists
    private Optional<byte[]> content(String id) throws UnreadableFolderException, InterruptedException {
        HttpResponse<byte[]> response =
                get(address("messages/" + encoded(id) + "/$value"), BodyLimit.truncatedTo(MAX_MESSAGE));
        if (response.statusCode() == NOT_FOUND) {
            return Optional.empty();
        }
        return Optional.of(requireOk(response).body());
    }

    private MessagePage page(URI address) throws UnreadableFolderException, InterruptedException {
        return Json.readLeniently(requireOk(get(address, MAX_PAGE)).body(), MessagePage.class)
                .orElseThrow(() ->
                        new UnreadableFolderException("the response from Microsoft Graph is not valid JSON", null));
    }

    /// Retries once with a new token if the token is rejected.
    private HttpResponse<byte[]> get(URI address, BodyLimit limit)
            throws UnreadableFolderException, InterruptedException {
        try {
            AccessToken token = tokens.token();
            HttpResponse<byte[]> response = get(address, token, limit);
            if (response.statusCode() == UNAUTHORIZED) {
                tokens.invalidate(token);
                response = get(address, tokens.token(), limit);
            }
            return response;
        } catch (TokenException e) {
            throw new UnreadableFolderException("cannot get a token: " + e.reply(), e);
        } catch (NoResponseException e) {
            throw new UnreadableFolderException(String.valueOf(e.getMessage()), e);
        }
    }

    private HttpResponse<byte[]> get(URI address, AccessToken token, BodyLimit limit)
            throws NoResponseException, InterruptedException {
        return https.send(
                https.request(address)
                        .header("Authorization", "Bearer " + token.value().reveal())
                        // with immutable IDs, a message keeps its ID when it is moved
                        .header("Prefer", "IdType=\"ImmutableId\"")
                        .GET()
                        .build(),
                limit);
    }

    private HttpResponse<byte[]> requireOk(HttpResponse<byte[]> response) throws UnreadableFolderException {
        if (response.statusCode() == OK) {
            return response;
        }
        GraphError details = Json.readLeniently(response.body(), ErrorBody.class)
                .map(ErrorBody::error)
                .orElse(GraphError.UNKNOWN);
        String error = "Microsoft Graph replied: HTTP " + response.statusCode() + details;
        String advice = switch (response.statusCode()) {
            case FORBIDDEN ->
                ". Grant the app the application permission Mail.Read with admin consent, and include the mailbox"
                        + " in its access policy: docs/ndr.md";
            case NOT_FOUND -> ". Check that the mailbox and ndr.folder exist";
            default -> "";
        };
        throw new UnreadableFolderException(error + advice, null);
    }

    private URI address(String path) {
        return URI.create(settings.graphUrl() + "/v1.0/users/"
                + encoded(settings.credential().username()) + "/" + path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Optional<Instant> parseInstant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException invalid) {
            return Optional.empty();
        }
    }
}
