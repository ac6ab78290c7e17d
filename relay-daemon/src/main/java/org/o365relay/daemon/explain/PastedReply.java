package org.o365relay.daemon.explain;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.exchange.ReplyCatalogue;

/// A reply found in text copied from a log, a notice, a non-delivery report, a web page or the response of an
/// API, and how the relay classifies it.
///
/// A reply does not show where it came from. The text around it may; otherwise the reply is assumed to come
/// from the source and step under which the catalogue lists it or, if the catalogue does not list it, from
/// where such replies usually come.
///
/// @param verdict the classification for a message sent as the mailbox
/// @param sendAs the classification for a message sent as another author
public record PastedReply(Verdict verdict, Verdict sendAs) {

    private static final Set<String> BY_CODE = ReplyCatalogue.microsoft365().namesByCode();

    /// @param text text that may contain a reply among other text
    /// @return the reply; empty if the text contains none
    public static Optional<PastedReply> in(String text, FailurePolicy policy) {
        List<Response> candidates =
                LogLine.in(text).map(line -> line.candidates(policy)).orElseGet(() -> ReplyForms.candidates(text));
        return firstNamed(candidates, text, policy)
                .or(() -> first(candidates, policy))
                .or(() -> candidates.stream().findFirst())
                .or(() -> ClientError.in(text))
                .or(() -> firstNamed(ReplyForms.guesses(text), text, policy))
                .map(response -> new PastedReply(policy.judge(response, false), policy.judge(response, true)));
    }

    /// Skips matches that rest only on a code that was assumed and is not in the text.
    private static Optional<Response> firstNamed(List<Response> candidates, String text, FailurePolicy policy) {
        return first(
                candidates.stream()
                        .filter(candidate ->
                                text.contains(Integer.toString(candidate.reply().code()))
                                        || !BY_CODE.contains(name(candidate, policy)))
                        .toList(),
                policy);
    }

    private static Optional<Response> first(List<Response> candidates, FailurePolicy policy) {
        return candidates.stream()
                .filter(candidate -> !name(candidate, policy).isEmpty())
                .findFirst();
    }

    private static String name(Response candidate, FailurePolicy policy) {
        return policy.judge(candidate, false).name();
    }

    public Response response() {
        return verdict.response();
    }
}
