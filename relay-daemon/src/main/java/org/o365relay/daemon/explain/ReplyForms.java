package org.o365relay.daemon.explain;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.json.Json;
import org.o365relay.mail.Reply;

/// The forms in which a reply is found outside the relay's log: a reply over SMTP, alone or quoted in another
/// log or in a non-delivery report; the JSON or the status line of an HTTP response; and errors of Graph and of
/// the sign-in service as the relay writes them, such as `403 ErrorAccessDenied: Access is denied.`
final class ReplyForms {

    private static final String STATUS = "[245]\\.\\d{1,3}\\.\\d{1,3}(?!\\d)";
    private static final String CODE = "(?:2[0-5]|[345]\\d)\\d"; // servers reply 57x, but never 26x to 29x
    private static final Pattern SMTP = Pattern.compile("(?s)\\b" + CODE + "[ -]+#?" + STATUS + ".*");
    private static final Pattern CODE_ONLY = Pattern.compile("(?s)" + CODE + "(?:[ -].*)?");
    // as other mail servers quote a reply in their reports and logs
    private static final Pattern QUOTED =
            Pattern.compile("(?is)(?:\\bsaid|refused to talk to me|\\breturned|\\bresponded(?: with)?|\\bresponse(?:"
                    + " was)?|\\breplied|\\bsmtp)[:;]? ?['\"]?([245]\\d\\d[ -].*)");
    // as clients and logs report a reply without an enhanced status code; 465 and 587 are ports
    private static final Pattern LOGGED =
            Pattern.compile("(?is)[:;] ?['\"]?((?:4[2357]|5[0-57])\\d(?:[ -](?=[^\\d\\s]).*|$))");
    // of Python's smtplib and of MailKit: (535, b'5.7.3 …') and 535: 5.7.3 …
    private static final Pattern PUNCTUATED = Pattern.compile("\\b([245]\\d\\d)(?:, b?['\"]|: (?=" + STATUS + "))");
    private static final String CLOSING =
            "Service not available, closing transmission channel\\. The server response was: ";
    // of PHPMailer, which writes the code last
    private static final Pattern CODE_LAST =
            Pattern.compile("(?<![\\d.])(" + STATUS + ".*?)\\s+SMTP code: ([245]\\d\\d)\\b");
    private static final Pattern IN_REPLY_TO = Pattern.compile("(?s)\\s*\\(in reply to .*"); // of Postfix
    private static final Pattern STATUS_ONLY = Pattern.compile("(?s)(?<![\\d.])([245])" + STATUS.substring(5) + ".*");
    private static final Pattern SIGN_IN =
            Pattern.compile("(?:\\b([45]\\d\\d) )?(?:\\b([a-z]+_[a-z_]+): )?\\bAADSTS\\d{2,}.*");
    private static final Pattern NAMED_ERROR = Pattern.compile(
            "\\b([245]\\d\\d) ((?:[A-Z]\\w+|[a-z]+[A-Z]\\w+|unauthenticated|[a-z]+_[a-z_]+)(?:[.-]\\w+)*:"
                    + " .*|Error[A-Z]\\w+ .*)");
    private static final Pattern SIGN_IN_ERROR =
            Pattern.compile("\\b(?:(?:temporarily_unavailable|server_error|access_denied|unauthorized_client"
                    + "|invalid_(?:client|grant|request|resource|scope)|unsupported_(?:grant|response)_type"
                    + "|(?:interaction|consent|login)_required)\\b|(?:invalid|unauthorized|unsupported)_[a-z_]+: ).*");
    private static final Pattern STATUS_LINE =
            Pattern.compile("\\bHTTP(?:/\\d(?:\\.\\d)?)?[ :]+([2-5]\\d\\d)\\b[ :]*(.*)");
    // as libraries report an HTTP status: (403) Forbidden
    private static final Pattern HTTP_REASON =
            Pattern.compile("(?i)\\b([45]\\d\\d)\\)?:? \\(?((?:bad request|unauthorized|forbidden|not found|conflict"
                    + "|request entity too large|payload too large|too many requests|internal server error|bad gateway"
                    + "|service unavailable|\"?\\w+ is unhealthy|gateway time-?out|insufficient storage)\\b.*)");
    private static final Pattern GRAPH =
            Pattern.compile("\\b(?:Error[A-Z]\\w+|ODataError|ApplicationThrottled|RequestBodyRead"
                    + "|InvalidAuthenticationToken|MailboxNotEnabledForRESTAPI|Request_ResourceNotFound)\\b.*");

    // the start of a truncated error body
    private static final Pattern ERROR_START =
            Pattern.compile("\"code\"\\s*:\\s*\"(\\w+)\"\\s*,\\s*\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*+)");

    private static final Pattern TLS = Pattern.compile("\\b454 4\\.7\\.[45] (?!.*SendConnector).*");
    private static final Pattern NETWORK = Pattern.compile("\\b451 (?:4\\.4\\.[123] |4\\.5\\.0 )?.*?(?:name not found:"
            + " |connection refused by |cannot connect to |timed out after |closed the connection |connection to \\S+ lost"
            + " | sent an? |lost the transaction |no response from the sign-in service).*");

    private static final List<Integer> HTTP_STATUSES =
            List.of(400, 401, 403, 404, 409, 412, 413, 429, 500, 502, 503, 504, 507);
    private static final List<Integer> SIGN_IN_STATUSES = List.of(400, 401);
    private static final List<Integer> REFUSED = List.of(550, 554, 535, 530, 552, 553, 501, 504, 503);
    private static final List<Integer> DEFERRED = List.of(451, 421, 450, 452, 432, 430, 454);

    /// The body of an error response from Graph (`error` is an object) or from the sign-in service (`error` is
    /// a name).
    private record ErrorBody(
            @Nullable JsonNode error,
            @JsonProperty("error_description") @Nullable String description) {}

    private ReplyForms() {}

    /// @return the responses that the text may contain, the most likely first
    static List<Response> candidates(String text) {
        String lines = PUNCTUATED
                .matcher(unescaped(text).strip().replaceAll("(?m)^[>\\s]+", ""))
                .replaceAll("$1 ");
        String line = lines.replaceAll("\\s*\\R\\s*", " ");
        Matcher network = NETWORK.matcher(line);
        return network.find()
                ? relay(Step.CONNECT, network.group(), Origin.NETWORK).toList()
                : Stream.of(
                                tls(line),
                                json(line),
                                signIn(line),
                                smtp(lines),
                                namedError(line),
                                statusLine(STATUS_LINE, line),
                                statusLine(HTTP_REASON, line),
                                codeOnly(lines),
                                codeLast(line),
                                quoted(QUOTED, line),
                                quoted(LOGGED, line))
                        .flatMap(forms -> forms)
                        .toList();
    }

    /// @return the text with the line breaks that JSON escapes, and the reply code that .NET replaces by its meaning
    private static String unescaped(String text) {
        return text.replaceAll("(?:\\\\r)?\\\\n", "\n").replaceAll(CLOSING + "(?=" + STATUS + ")", "421 ");
    }

    /// @return responses that the text may be a part of; they are useful only if the catalogue contains
    ///     them
    static List<Response> guesses(String text) {
        String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
        Stream<Response> graph =
                GRAPH.matcher(line).results().limit(1).flatMap(error -> graph(HTTP_STATUSES, error.group()));
        Stream<Response> byStatus = STATUS_ONLY
                .matcher(line)
                .results()
                .limit(1)
                .flatMap(found -> codes(found.group(1))
                        .flatMap(code -> Reply.parse(code + " " + found.group()).stream())
                        .flatMap(reply -> smtp(reply, line)));
        Stream<Response> signIn = SIGN_IN_ERROR
                .matcher(line)
                .results()
                .limit(1)
                .flatMap(error -> signIn(SIGN_IN_STATUSES, error.group()));
        Stream<Response> byText =
                Stream.concat(REFUSED.stream(), DEFERRED.stream()).flatMap(code -> smtp(Reply.plain(code, line), line));
        Stream<Response> graphByText = graph(HTTP_STATUSES, line);
        return Stream.of(graph, signIn, byStatus, byText, graphByText)
                .flatMap(forms -> forms)
                .toList();
    }

    private static Stream<Integer> codes(String category) {
        return (category.equals("4") ? DEFERRED : REFUSED).stream();
    }

    /// A TLS failure detected by the relay, or a reply from the server with the same codes.
    private static Stream<Response> tls(String line) {
        return TLS.matcher(line).results().limit(1).flatMap(found -> relay(Step.STARTTLS, found.group(), Origin.TLS));
    }

    private static Stream<Response> relay(Step step, String reply, Origin origin) {
        return Reply.parse(reply).map(parsed -> new Response(step, parsed, origin)).stream();
    }

    private static Stream<Response> json(String line) {
        int start = line.indexOf('{');
        if (start < 0) {
            return Stream.empty();
        }
        List<Integer> statuses = STATUS_LINE
                .matcher(line.substring(0, start))
                .results()
                .map(status -> Integer.valueOf(status.group(1)))
                .limit(1)
                .toList();
        List<Integer> likely = statuses.isEmpty() ? HTTP_STATUSES : statuses;
        Optional<ErrorBody> whole =
                Json.readLeniently(line.substring(start).getBytes(StandardCharsets.UTF_8), ErrorBody.class);
        return whole.isPresent()
                ? json(whole.get(), likely)
                : ERROR_START
                        .matcher(line)
                        .results()
                        .limit(1)
                        .flatMap(error -> graph(likely, error.group(1) + ": " + error.group(2)));
    }

    private static Stream<Response> json(ErrorBody body, List<Integer> statuses) {
        JsonNode error = body.error();
        if (error != null && error.path("code").isTextual()) {
            return graph(
                    statuses,
                    error.path("code").asText() + ": " + error.path("message").asText());
        }
        return error != null && error.isTextual()
                ? signIn(
                        statuses.equals(HTTP_STATUSES) ? SIGN_IN_STATUSES : statuses,
                        error.asText() + ": " + body.description())
                : Stream.empty();
    }

    private static Stream<Response> signIn(String line) {
        Matcher error = SIGN_IN.matcher(line);
        return error.find()
                ? signIn(
                        error.group(1) == null ? SIGN_IN_STATUSES : List.of(Integer.valueOf(error.group(1))),
                        error.group(1) == null ? error.group() : error.group().substring(4))
                : Stream.empty();
    }

    private static Stream<Response> signIn(List<Integer> statuses, String text) {
        return statuses.stream().map(status -> new Response(Step.AUTH, Reply.plain(status, text), Origin.SIGN_IN));
    }

    private static Stream<Response> graph(List<Integer> statuses, String text) {
        return statuses.stream()
                .map(status -> new Response(Step.END_OF_CONTENT, Reply.plain(status, text), Origin.GRAPH));
    }

    private static Stream<Response> namedError(String line) {
        Matcher error = NAMED_ERROR.matcher(line);
        if (!error.find()) {
            return Stream.empty();
        }
        List<Integer> status = List.of(Integer.valueOf(error.group(1)));
        return error.group(2).matches("[a-z]+_.*") ? signIn(status, error.group(2)) : graph(status, error.group(2));
    }

    private static Stream<Response> statusLine(Pattern form, String line) {
        Matcher found = form.matcher(line);
        if (!found.find()) {
            return Stream.empty();
        }
        List<Integer> status = List.of(Integer.valueOf(found.group(1)));
        boolean isLast = found.group(2).chars().noneMatch(Character::isLetterOrDigit);
        String text = "HTTP " + found.group(1) + ": " + (isLast ? line.substring(0, found.start()) : found.group(2));
        return Stream.concat(graph(status, text), signIn(status, text));
    }

    /// A reply with a reply code and an enhanced status code. Further lines of the reply begin with the reply
    /// code; other lines continue the line before.
    private static Stream<Response> smtp(String lines) {
        Matcher found = SMTP.matcher(lines);
        if (!found.find()) {
            return Stream.empty();
        }
        String code = found.group().substring(0, 3);
        String reply = found.group()
                .lines()
                .map(line -> (line.matches(code + "[ -].*") ? "\n" : " ") + line.strip())
                .collect(Collectors.joining())
                .strip()
                .replaceAll("#(?=" + STATUS + ")", "");
        return parsed(reply).stream().flatMap(parsed -> smtp(parsed, lines));
    }

    private static Stream<Response> codeOnly(String lines) {
        return CODE_ONLY.matcher(lines).matches()
                ? Reply.parse(lines).stream().flatMap(reply -> smtp(reply, lines))
                : Stream.empty();
    }

    private static Stream<Response> codeLast(String line) {
        Matcher found = CODE_LAST.matcher(line);
        return found.find()
                ? Reply.parse(found.group(2) + " " + found.group(1)).stream().flatMap(reply -> smtp(reply, line))
                : Stream.empty();
    }

    private static Stream<Response> quoted(Pattern form, String line) {
        Matcher found = form.matcher(line);
        return found.find() ? parsed(found.group(1)).stream().flatMap(reply -> smtp(reply, line)) : Stream.empty();
    }

    /// @return the reply, without what closes a quotation after it
    private static Optional<Reply> parsed(String reply) {
        String text = IN_REPLY_TO.matcher(reply).replaceFirst("");
        return Reply.parse(text.replaceFirst("(?:[\"'>]|(?<!\\([^()]{0,999})\\))+$", ""));
    }

    private static Stream<Response> smtp(Reply reply, String text) {
        PastedContext context = new PastedContext(text);
        return context.origins(reply)
                .flatMap(origin -> context.steps(reply).map(step -> new Response(step, reply, origin)));
    }
}
