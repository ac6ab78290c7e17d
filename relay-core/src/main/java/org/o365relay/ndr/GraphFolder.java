package org.o365relay.ndr;

import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.identity.AccessToken;
import org.o365relay.identity.TokenException;
import org.o365relay.identity.TokenSource;
import org.o365relay.ndr.NdrSettings.Graph;
import org.o365relay.net.Https;
import org.o365relay.net.NoResponseException;

/// A folder as Microsoft Graph shows it. Needs the permission Mail.Read.
///
/// <https://learn.microsoft.com/graph/api/user-list-messages>,
/// <https://learn.microsoft.com/graph/api/message-get>
final class GraphFolder implements NdrFolder {

    /// The beginning of a report says all; what follows is the message it is about.
    static final int MOST_OCTETS = 1024 * 1024;

    private static final int MOST_JSON = 8 * 1024 * 1024;
    private static final int PAGE = 50;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final Graph settings;
    private final TokenSource tokens;
    private final Https https;
    private final InstantSource clock;

    GraphFolder(Graph settings, TokenSource tokens, Https https, InstantSource clock) {
        this.settings = settings;
        this.tokens = tokens;
        this.https = https;
        this.clock = clock;
    }

    @Override
    public void scan(Optional<String> place, Listener finds) throws UnreadableFolderException, InterruptedException {
        GraphPosition reached = place.flatMap(GraphPosition::parse).orElse(null);
        if (reached == null) {
            finds.positionReached(new GraphPosition(clock.instant(), List.of()).toString());
            return;
        }
        Optional<URI> next = Optional.of(firstPage(reached));
        while (next.isPresent()) {
            Map<?, ?> page = json(next.get());
            for (Object message : list(page, "value")) {
                reached = message instanceof Map<?, ?> fields ? look(fields, reached, finds) : reached;
            }
            finds.positionReached(reached.toString());
            next = nextPage(page);
        }
    }

    private URI firstPage(GraphPosition from) {
        return address("mailFolders/" + escaped(settings.folder()) + "/messages?$filter="
                + escaped("receivedDateTime ge " + from.time()) + "&$orderby=receivedDateTime"
                + "&$select=id,receivedDateTime,internetMessageHeaders&$top=" + PAGE);
    }

    private Optional<URI> nextPage(Map<?, ?> page) throws UnreadableFolderException {
        Optional<String> link = text(page, "@odata.nextLink");
        if (link.isPresent() && !link.get().startsWith(settings.graphUrl() + "/")) {
            // it would get the token
            throw new UnreadableFolderException("Microsoft Graph continues the list on another server", null);
        }
        return link.map(URI::create);
    }

    private GraphPosition look(Map<?, ?> message, GraphPosition reached, Listener finds)
            throws UnreadableFolderException, InterruptedException {
        Optional<String> id = text(message, "id");
        Optional<Instant> received = text(message, "receivedDateTime").flatMap(GraphFolder::time);
        if (id.isEmpty() || received.isEmpty() || reached.includes(received.get(), id.get())) {
            return reached;
        }
        GraphPosition here = reached.advancedTo(received.get(), id.get());
        if (mayBeReport(message)) {
            content(id.get()).ifPresent(content -> finds.messageFound(here.toString(), content));
        }
        return here;
    }

    /// @return true also if the header is not known
    private static boolean mayBeReport(Map<?, ?> message) {
        Optional<String> type = list(message, "internetMessageHeaders").stream()
                .filter(Map.class::isInstance)
                .map(field -> (Map<?, ?>) field)
                .filter(field -> text(field, "name")
                        .filter("Content-Type"::equalsIgnoreCase)
                        .isPresent())
                .flatMap(field -> text(field, "value").stream())
                .findFirst();
        return type.isEmpty() || NdrParser.isReport(type.get());
    }

    /// @return empty if somebody has moved or deleted it meanwhile
    private Optional<byte[]> content(String id) throws UnreadableFolderException, InterruptedException {
        Answer answer = ask(address("messages/" + escaped(id) + "/$value"), MOST_OCTETS);
        if (answer.status() == NOT_FOUND) {
            return Optional.empty();
        }
        return Optional.of(good(answer).body());
    }

    private Map<?, ?> json(URI address) throws UnreadableFolderException, InterruptedException {
        return object(good(ask(address, MOST_JSON)).body())
                .orElseThrow(() -> new UnreadableFolderException("Microsoft Graph has answered no JSON", null));
    }

    private static final class Answer {

        private final int status;
        private final byte[] body;

        Answer(int status, byte[] body) {
            this.status = status;
            this.body = body;
        }

        int status() {
            return status;
        }

        byte[] body() {
            return body;
        }
    }

    /// A token that is refused is replaced, once.
    private Answer ask(URI address, int most) throws UnreadableFolderException, InterruptedException {
        try {
            AccessToken token = tokens.token();
            Answer answer = ask(address, token, most);
            if (answer.status() == UNAUTHORIZED) {
                tokens.invalidate(token);
                answer = ask(address, tokens.token(), most);
            }
            return answer;
        } catch (TokenException e) {
            throw new UnreadableFolderException("there is no token: " + e.reply(), e);
        } catch (NoResponseException e) {
            throw new UnreadableFolderException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UnreadableFolderException("the answer of Microsoft Graph was cut short: " + e.getMessage(), e);
        }
    }

    private Answer ask(URI address, AccessToken token, int most) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = https.send(
                https.request(address)
                        .header("Authorization", "Bearer " + token.value().reveal())
                        // so that ids stay the same when somebody moves a message
                        .header("Prefer", "IdType=\"ImmutableId\"")
                        .GET()
                        .build(),
                BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            return new Answer(response.statusCode(), body.readNBytes(most));
        }
    }

    private Answer good(Answer answer) throws UnreadableFolderException {
        if (answer.status() == OK) {
            return answer;
        }
        Map<?, ?> error = object(answer.body()).map(GraphFolder::error).orElse(Map.of());
        String said = "Microsoft Graph says: HTTP " + answer.status()
                + text(error, "code").map(code -> " " + code).orElse("")
                + text(error, "message").map(message -> ": " + message).orElse("");
        String advice = switch (answer.status()) {
            case FORBIDDEN ->
                ". The app needs the permission Mail.Read (Application) with consent, and the mailbox must be"
                        + " in its access policy: docs/ndr.md";
            case NOT_FOUND -> ". See that the mailbox and ndr.folder exist";
            default -> "";
        };
        throw new UnreadableFolderException(said + advice, null);
    }

    private static Map<?, ?> error(Map<?, ?> body) {
        return body.get("error") instanceof Map<?, ?> error ? error : Map.of();
    }

    private URI address(String path) {
        return URI.create(settings.graphUrl() + "/v1.0/users/"
                + escaped(settings.credential().username()) + "/" + path);
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Optional<Map<?, ?>> object(byte[] octets) {
        try (JsonReader reader = JsonProviders.createReader(octets)) {
            return reader.readUntyped() instanceof Map<?, ?> map ? Optional.of(map) : Optional.empty();
        } catch (IOException | IllegalStateException notJson) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(Map<?, ?> object, String name) {
        return object.get(name) instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
    }

    private static List<?> list(Map<?, ?> object, String name) {
        return object.get(name) instanceof List<?> list ? list : List.of();
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException unreadable) {
            return Optional.empty();
        }
    }
}
