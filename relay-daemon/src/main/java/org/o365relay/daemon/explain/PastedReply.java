package org.o365relay.daemon.explain;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplySource;
import org.o365relay.exchange.ReplyStep;
import org.o365relay.mail.Reply;

/// A reply found in text copied from a log, a notice or a web page.
///
/// @param source system that probably sent the reply
/// @param step step at which it probably did
public record PastedReply(ReplySource source, ReplyStep step, Reply reply) {

    private static final List<ReplySource> SERVERS =
            List.of(ReplySource.SUBMISSION, ReplySource.CONNECTOR, ReplySource.NDR);
    private static final List<ReplyStep> STEPS =
            List.of(ReplyStep.CONTENT, ReplyStep.RCPT, ReplyStep.MAIL, ReplyStep.AUTH, ReplyStep.SESSION);

    private static final Pattern SIGN_IN = Pattern.compile("AADSTS\\d{2,}");
    private static final Pattern GRAPH = Pattern.compile("\\bError[A-Z]\\w+|\\bApplicationThrottled\\b"
            + "|\\bInvalidAuthenticationToken\\b|\\bMailboxNotEnabledForRESTAPI\\b|\\bRequest_ResourceNotFound\\b");
    private static final Pattern SMTP = Pattern.compile("(?s)\\b[2-5]\\d\\d[ -]+[245]\\.\\d{1,3}\\.\\d{1,3}\\b.*");
    private static final Pattern STATUS = Pattern.compile("(?s)(?<![\\d.])([245])\\.\\d{1,3}\\.\\d{1,3}(?![\\d.]).*");
    private static final Pattern CODE =
            Pattern.compile("(?s)(?:HTTP(?:/\\d(?:\\.\\d)?)? +)?([2-5]\\d\\d)(?:[ -]+(.*))?");

    /// @param text text that may contain a reply among other text
    /// @return the reply; empty if the text contains no reply
    public static Optional<PastedReply> in(String text) {
        String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
        if (SIGN_IN.matcher(line).find()) {
            return Optional.of(new PastedReply(ReplySource.SIGN_IN, ReplyStep.AUTH, http(line)));
        }
        Matcher smtp = SMTP.matcher(line);
        if (smtp.find()) {
            return Reply.parse(smtp.group()).map(PastedReply::fromServer);
        }
        if (GRAPH.matcher(line).find()) {
            return Optional.of(new PastedReply(ReplySource.GRAPH, ReplyStep.CONTENT, http(line)));
        }
        return withCode(line).or(() -> fromCatalogue(line));
    }

    /// @return the response to classify, with the step at which the upstream usually sends such a reply
    public Response response() {
        return switch (source) {
            case SUBMISSION -> new Response(responseStep(), reply, Origin.SUBMISSION);
            case CONNECTOR -> new Response(responseStep(), reply, Origin.CONNECTOR);
            case NDR -> new Response(Step.END_OF_CONTENT, reply, Origin.NDR);
            case SIGN_IN -> new Response(Step.AUTH, reply, Origin.SIGN_IN);
            case GRAPH -> new Response(Step.END_OF_CONTENT, reply, Origin.GRAPH);
        };
    }

    private Step responseStep() {
        return switch (step) {
            case SESSION -> Step.EHLO;
            case AUTH -> Step.AUTH;
            case MAIL -> Step.MAIL;
            case RCPT -> Step.RCPT;
            case CONTENT -> Step.END_OF_CONTENT;
        };
    }

    /// @return the reply, with the first source and step for which the catalogue contains it
    private static PastedReply fromServer(Reply reply) {
        boolean isSignIn = reply.code() == 530 || reply.code() == 535;
        return knownFromServer(reply)
                .orElseGet(() ->
                        new PastedReply(ReplySource.SUBMISSION, isSignIn ? ReplyStep.AUTH : ReplyStep.CONTENT, reply));
    }

    private static Optional<PastedReply> knownFromServer(Reply reply) {
        ReplyCatalogue catalogue = ReplyCatalogue.microsoft365();
        return SERVERS.stream()
                .flatMap(source -> STEPS.stream().map(step -> new PastedReply(source, step, reply)))
                .filter(pasted ->
                        catalogue.find(pasted.source(), pasted.step(), reply).isPresent())
                .findFirst();
    }

    private static Reply http(String line) {
        Matcher code = CODE.matcher(line);
        return code.matches() && code.group(2) != null
                ? Reply.plain(Integer.parseInt(code.group(1)), code.group(2))
                : Reply.plain(400, line);
    }

    private static Optional<PastedReply> withCode(String line) {
        Matcher code = CODE.matcher(line);
        if (code.matches()) {
            return Optional.of(
                    line.startsWith("HTTP")
                            ? new PastedReply(ReplySource.GRAPH, ReplyStep.CONTENT, http(line))
                            : fromServer(http(line)));
        }
        Matcher status = STATUS.matcher(line);
        return status.find()
                ? Reply.parse(status.group(1) + "50 " + status.group()).map(PastedReply::fromServer)
                : Optional.empty();
    }

    private static Optional<PastedReply> fromCatalogue(String line) {
        return knownFromServer(Reply.plain(550, line));
    }
}
