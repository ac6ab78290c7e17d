package org.o365relay.daemon.explain;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.exchange.Cloud;
import org.o365relay.json.Json;
import org.o365relay.mail.Reply;

/// A line of the relay's log about a failure, as text or as JSON, or the JSON of `mailboxes`.
///
/// @param event name of the event; empty if it is not in the pasted text
/// @param server server that gave the reason of a non-delivery report; empty if it is not in the pasted text
/// @param upstream name of the upstream; empty if it is not in the pasted text
/// @param step step of the attempt; null if it is not in the pasted text
/// @param reason name of the reply in the catalogue, or of a general reason; empty if it is not in the pasted
///     text
record LogLine(
        String event,
        String server,
        String upstream,
        Reply reply,
        @Nullable Step step,
        String reason) {

    private static final Pattern FIELD = Pattern.compile("\\b([a-z-]+)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+))");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-f]{4})|(.))");
    private static final Pattern NDR_EVENT = Pattern.compile("\\bndr id=");

    /// The members of a JSON log line, and of an element of `mailboxes --json`.
    private record JsonLine(
            List<JsonNode> kvpList,
            @Nullable String formattedMessage,
            @Nullable String reply) {}

    static Optional<LogLine> in(String text) {
        return text.strip().startsWith("{") ? inJson(text) : inText(text);
    }

    private static Optional<LogLine> inText(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher field = FIELD.matcher(text);
        while (field.find()) {
            fields.put(field.group(1), field.group(2) == null ? field.group(3) : unescaped(field.group(2)));
        }
        return of(NDR_EVENT.matcher(text).find() ? "ndr" : "", fields);
    }

    private static String unescaped(String value) {
        return ESCAPE.matcher(value)
                .replaceAll(escape -> Matcher.quoteReplacement(
                        escape.group(1) == null
                                ? escape.group(2)
                                : String.valueOf((char) Integer.parseInt(escape.group(1), 16))));
    }

    private static Optional<LogLine> inJson(String text) {
        return Json.readLeniently(text.strip().getBytes(StandardCharsets.UTF_8), JsonLine.class)
                .flatMap(line -> {
                    Map<String, String> fields = new LinkedHashMap<>();
                    line.kvpList()
                            .forEach(pair -> pair.properties()
                                    .forEach(member -> fields.put(
                                            member.getKey(), member.getValue().asText())));
                    if (line.reply() != null) {
                        fields.put("reply", line.reply());
                    }
                    return of(line.formattedMessage() == null ? "" : line.formattedMessage(), fields);
                });
    }

    private static Optional<LogLine> of(String event, Map<String, String> fields) {
        return Optional.ofNullable(fields.get("reply"))
                .flatMap(Reply::parse)
                .map(reply -> new LogLine(
                        event,
                        fields.getOrDefault("server", ""),
                        fields.getOrDefault("upstream", ""),
                        reply,
                        step(fields.getOrDefault("step", "")),
                        fields.getOrDefault("reason", "")));
    }

    private static @Nullable Step step(String key) {
        return Arrays.stream(Step.values())
                .filter(step -> step.key().equals(key))
                .findFirst()
                .orElse(null);
    }

    /// @return the responses that the line may be about, the most likely first; only those to which the policy
    ///     assigns the reason in the line, if there are any
    List<Response> candidates(FailurePolicy policy) {
        if (event.equals("ndr")) {
            Origin origin = Cloud.isMailServer(server) ? Origin.NDR : Origin.FOREIGN_NDR;
            return List.of(new Response(Step.END_OF_CONTENT, reply, origin));
        }
        if (step == Step.PROXY) {
            return List.of(new Response(step, reply, Origin.PROXY));
        }
        if (step == null) {
            return ReplyForms.candidates(reply.toString());
        }
        boolean isMailExchanger = upstream.endsWith(":25"); // the relay does not sign in there
        List<Response> all = Stream.of(Origin.values())
                .sorted(Comparator.comparing(origin -> isMailExchanger && origin == Origin.SUBMISSION))
                .map(origin -> new Response(step, reply, origin))
                .toList();
        List<Response> fitting = all.stream()
                .filter(response -> policy.judge(response, false).reason().equals(reason))
                .toList();
        return fitting.isEmpty() ? all : fitting;
    }
}
