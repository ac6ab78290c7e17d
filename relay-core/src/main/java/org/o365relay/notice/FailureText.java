package org.o365relay.notice;

import static java.util.stream.Collectors.groupingBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/// The part of a notice that a person reads, who need not know anything of mail servers.
final class FailureText {

    private final Failure failure;
    private final OriginalHeader original;
    private final String hostname;
    private final NoticeTexts words;
    private final PlainTextBody letter;

    FailureText(Failure failure, OriginalHeader original, String hostname, NoticeTexts words) {
        this.failure = failure;
        this.original = original;
        this.hostname = hostname;
        this.words = words;
        this.letter = new PlainTextBody(words);
    }

    /// @return lines ending with CRLF
    String compose() {
        letter.paragraph(words.say(failure.isReturned() ? "returned.opening" : "failed.opening", "hostname", hostname));
        letter.describe(failure, original);
        failure.recipients().stream()
                .collect(groupingBy(Common::of, LinkedHashMap::new, Collectors.toList()))
                .forEach(this::explain);
        describeAttempts();
        letter.administrator(
                failure,
                failure.recipients().stream()
                        .map(failed -> failed.reason().advice())
                        .toList());
        return letter.text();
    }

    private void explain(Common common, List<FailedRecipient> recipients) {
        letter.list(
                words.say("failed.to"),
                recipients.stream().map(FailedRecipient::recipient).toList());
        letter.sentence(words.say("failed.reason"), common.reason().cause());
        String author = common.reason().author();
        letter.sentence(words.say("failed.author"), author.isEmpty() ? words.say("failed.author.else") : author);
        letter.answer(
                common.fromUpstream()
                        ? words.say("failed.answer", "upstream", failure.upstream())
                        : words.say("failed.note"),
                common.reply());
    }

    private String closing() {
        if (failure.isReturned()) {
            return "returned.closing";
        }
        return switch (failure.attempts()) {
            case 0 -> "failed.attempts.none";
            case 1 -> "failed.attempts.one";
            default -> "failed.attempts.many";
        };
    }

    private void describeAttempts() {
        letter.paragraph(words.say(
                closing(),
                "received",
                words.time(failure.arrival().at()),
                "attempts",
                Integer.toString(failure.attempts()),
                "now",
                words.time(failure.now())));
        if (failure.recipients().size() < failure.envelope().recipients().size()) {
            letter.paragraph(words.say("failed.others"));
        }
    }

    /// What recipients may have in common, so that it is told once.
    private record Common(String reply, boolean fromUpstream, Reason reason) {
        static Common of(FailedRecipient failed) {
            return new Common(failed.reply().toString(), failed.fromUpstream(), failed.reason());
        }
    }
}
