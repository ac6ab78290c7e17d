package org.o365relay.daemon.explain;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplySource;
import org.o365relay.mail.Reply;

/// A reply found in text copied from a log, a notice or a web page.
///
/// @param source system that probably sent the reply
public record PastedReply(ReplySource source, Reply reply) {

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
            return Optional.of(new PastedReply(ReplySource.SIGN_IN, http(line)));
        }
        Matcher smtp = SMTP.matcher(line);
        if (smtp.find()) {
            return Reply.parse(smtp.group()).map(reply -> new PastedReply(ReplySource.SMTP, reply));
        }
        if (GRAPH.matcher(line).find()) {
            return Optional.of(new PastedReply(ReplySource.GRAPH, http(line)));
        }
        return withCode(line).or(() -> fromCatalogue(line));
    }

    /// @return the response to classify, with the step at which the upstream usually sends such a reply
    public Response response() {
        return switch (source) {
            case SMTP -> new Response(step(), reply, Origin.UPSTREAM);
            case SIGN_IN -> new Response(Step.AUTH, reply, Origin.SIGN_IN);
            case GRAPH -> new Response(Step.END_OF_CONTENT, reply, Origin.GRAPH);
        };
    }

    private Step step() {
        return reply.code() == 530 || reply.code() == 535 ? Step.AUTH : Step.END_OF_CONTENT;
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
            ReplySource source = line.startsWith("HTTP") ? ReplySource.GRAPH : ReplySource.SMTP;
            return Optional.of(new PastedReply(source, http(line)));
        }
        Matcher status = STATUS.matcher(line);
        return status.find()
                ? Reply.parse(status.group(1) + "50 " + status.group())
                        .map(reply -> new PastedReply(ReplySource.SMTP, reply))
                : Optional.empty();
    }

    private static Optional<PastedReply> fromCatalogue(String line) {
        Reply guess = Reply.plain(550, line);
        return ReplyCatalogue.microsoft365()
                .find(ReplySource.SMTP, guess)
                .map(_ -> new PastedReply(ReplySource.SMTP, guess));
    }
}
