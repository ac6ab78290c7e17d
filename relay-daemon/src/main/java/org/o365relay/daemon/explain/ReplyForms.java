package org.o365relay.daemon.explain;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.exchange.Cloud;
import org.o365relay.json.Json;
import org.o365relay.mail.Reply;

/// The forms in which a reply is found outside the relay's log: a reply over SMTP, alone or quoted in another
/// log or in a non-delivery report; the JSON or the status line of an HTTP response; and errors of Graph and of
/// the sign-in service as the relay writes them, such as `403 ErrorAccessDenied: Access is denied.`
final class ReplyForms {

    private static final String STATUS = "[245]\\.\\d{1,3}\\.\\d{1,3}(?!\\d)";
    private static final Pattern SMTP = Pattern.compile("(?s)\\b[2-5]\\d\\d[ -]+#?" + STATUS + ".*");
    private static final Pattern CODE_ONLY = Pattern.compile("(?s)[2-5]\\d\\d(?:[ -].*)?");
    // as other mail servers quote a reply in their reports and logs
    private static final Pattern QUOTED =
            Pattern.compile("(?is)(?:\\bsaid|refused to talk to me|\\breturned|\\bresponded(?: with)?|\\bresponse(?:"
                    + " was)?|\\breplied|\\bsmtp)[:;]? ?['\"]?([245]\\d\\d[ -].*)");
    private static final Pattern STATUS_ONLY = Pattern.compile("(?s)(?<![\\d.])([245])" + STATUS.substring(5) + ".*");
    private static final Pattern SIGN_IN =
            Pattern.compile("(?:\\b([45]\\d\\d) )?(?:\\b([a-z]+_[a-z_]+): )?\\bAADSTS\\d{2,}.*");
    private static final Pattern NAMED_ERROR = Pattern.compile(
            "\\b([245]\\d\\d) ((?:[A-Z]\\w+|[a-z]+[A-Z]\\w+|unauthenticated|[a-z]+_[a-z_]+)(?:[.-]\\w+)*: .*)");
    private static final Pattern SIGN_IN_ERROR =
            Pattern.compile("\\b(?:temporarily_unavailable|server_error|access_denied"
                    + "|(?:invalid|unauthorized|unsupported|interaction|consent|login)_[a-z_]+): .*");
    private static final Pattern STATUS_LINE =
            Pattern.compile("\\bHTTP(?:/\\d(?:\\.\\d)?)?[ :]+([2-5]\\d\\d)\\b[ :]*(.*)");
    private static final Pattern GRAPH = Pattern.compile("\\b(?:Error[A-Z]\\w+|ApplicationThrottled"
            + "|InvalidAuthenticationToken|MailboxNotEnabledForRESTAPI|Request_ResourceNotFound)\\b.*");

    private static final Pattern TLS = Pattern.compile("\\b454 4\\.7\\.[45] .*");
    private static final Pattern NETWORK = Pattern.compile("\\b451 (?:4\\.4\\.[123] |4\\.5\\.0 )?.*?(?:name not found:"
        + " |connection refused by |cannot connect to |timed out after |closed the connection |connection to \\S+ lost"
        + " | sent an? |lost the transaction |no response from the sign-in service).*");

    // phrases of non-delivery reports, of the replies of Exchange to itself, and of the large mailbox providers
    private static final Pattern REPORT =
            Pattern.compile("(?i)remote server returned|refused to talk to me|diagnostic-code|\\bsmtp; ?[#245]|message"
                    + " (?:expired|delayed)|QUEUE\\.Expired"
                    + "|\\b[45]\\.(?:0\\.35\\d|4\\.3\\d\\d|7\\.3\\d\\d)\\b|STOREDRV\\.Deliver"
                    + "|\\bgsmtp\\b|support\\.google\\.com|yahooinc\\.com|\\bAOL\\b|\\bpostmaster\\."
                    + "|support\\.apple\\.com|senderguidelines");
    // the fields of a report and, for its readers, their names in the text of Exchange
    private static final Pattern RECEIVING_SERVER =
            Pattern.compile("(?im)^(?:remote-mta:(?: *dns *;)?|receiving server:) *([\\w.-]+)");
    private static final Pattern REPORTING_SERVER =
            Pattern.compile("(?im)^(?:reporting-mta:(?: *dns *;)?|generating server:) *([\\w.-]+)");

    private static final Pattern MAIL_EXCHANGER =
            Pattern.compile("(?i)\\bmail\\.protection\\.outlook\\.com|\\.mx\\.microsoft");
    private static final Pattern COMMAND =
            Pattern.compile("(?i)in reply to (?:the )?(end of data|data|rcpt|mail|ehlo|auth)");

    private static final List<Integer> HTTP_STATUSES =
            List.of(400, 401, 403, 404, 409, 412, 413, 429, 500, 502, 503, 504, 507);
    private static final List<Integer> SIGN_IN_STATUSES = List.of(400, 401);
    private static final List<Integer> REFUSED = List.of(550, 554, 535, 530, 552, 553, 501, 504, 503);
    private static final List<Integer> DEFERRED = List.of(451, 421, 450, 452, 432, 430, 454);

    /// The body of an error response of Graph (`error` is an object) or of the sign-in service (`error` is a
    /// name).
    private record ErrorBody(
            @Nullable JsonNode error,
            @JsonProperty("error_description") @Nullable String description) {}

    private ReplyForms() {}

    /// @return the responses that the text may contain, the most likely first
    static List<Response> candidates(String text) {
        String lines = text.strip().replaceAll("(?m)^[>\\s]+", "");
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
                                statusLine(line),
                                codeOnly(lines),
                                quoted(line))
                        .flatMap(forms -> forms)
                        .toList();
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

    /// A failure of TLS that the relay itself found, or a refusal of the server with the same codes.
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
        return Json.readForeign(line.substring(start).getBytes(StandardCharsets.UTF_8), ErrorBody.class).stream()
                .flatMap(body -> json(body, likely));
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

    private static Stream<Response> statusLine(String line) {
        Matcher found = STATUS_LINE.matcher(line);
        if (!found.find()) {
            return Stream.empty();
        }
        List<Integer> status = List.of(Integer.valueOf(found.group(1)));
        String text = "HTTP " + found.group(1) + ": " + found.group(2);
        return Stream.concat(graph(status, text), signIn(status, text));
    }

    /// A reply with both codes. Further lines of the reply begin with its code; other lines continue the line
    /// before.
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
        return Reply.parse(reply.replaceFirst("(?:[\"'>]|(?<!\\([^()]{0,999})\\))+$", "")).stream()
                .flatMap(parsed -> smtp(parsed, lines));
    }

    private static Stream<Response> codeOnly(String lines) {
        return CODE_ONLY.matcher(lines).matches()
                ? Reply.parse(lines).stream().flatMap(reply -> smtp(reply, lines))
                : Stream.empty();
    }

    private static Stream<Response> quoted(String line) {
        Matcher found = QUOTED.matcher(line);
        return found.find() ? Reply.parse(found.group(1)).stream().flatMap(reply -> smtp(reply, line)) : Stream.empty();
    }

    private static Stream<Response> smtp(Reply reply, String context) {
        return origins(context).flatMap(origin -> steps(reply, context).map(step -> new Response(step, reply, origin)));
    }

    private static Stream<Origin> origins(String context) {
        if (REPORT.matcher(context).find()) {
            return Stream.of(reporter(context), Origin.SUBMISSION, Origin.CONNECTOR);
        }
        return MAIL_EXCHANGER.matcher(context).find()
                ? Stream.of(Origin.CONNECTOR, Origin.SUBMISSION)
                : Stream.of(Origin.SUBMISSION, Origin.CONNECTOR);
    }

    /// @return the kind of server that refused the message; Microsoft's if the report names no server
    private static Origin reporter(String report) {
        return Stream.of(RECEIVING_SERVER, REPORTING_SERVER)
                .flatMap(field -> field.matcher(report).results())
                .map(server -> Cloud.isMailServer(server.group(1)) ? Origin.NDR : Origin.FOREIGN_NDR)
                .findFirst()
                .orElse(Origin.NDR);
    }

    private static Stream<Step> steps(Reply reply, String context) {
        Matcher command = COMMAND.matcher(context);
        if (command.find()) {
            return Stream.of(step(command.group(1).toLowerCase(Locale.ROOT)));
        }
        return reply.code() == 530 || reply.code() == 535
                ? Stream.of(Step.AUTH, Step.MAIL, Step.RCPT, Step.END_OF_CONTENT)
                : Stream.of(Step.END_OF_CONTENT, Step.RCPT, Step.MAIL, Step.AUTH, Step.GREETING);
    }

    private static Step step(String command) {
        return switch (command) {
            case "data" -> Step.CONTENT;
            case "rcpt" -> Step.RCPT;
            case "mail" -> Step.MAIL;
            case "ehlo" -> Step.EHLO;
            case "auth" -> Step.AUTH;
            default -> Step.END_OF_CONTENT;
        };
    }
}
