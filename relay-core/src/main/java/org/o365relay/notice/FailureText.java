package org.o365relay.notice;

import static java.util.stream.Collectors.groupingBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/// The human-readable part of a failure notice, written for readers without knowledge of mail servers.
final class FailureText {

    private final Failure failure;
    private final OriginalHeader original;
    private final String hostname;
    private final NoticeTexts texts;
    private final PlainTextBody body;

    FailureText(Failure failure, OriginalHeader original, String hostname, NoticeTexts texts) {
        this.failure = failure;
        this.original = original;
        this.hostname = hostname;
        this.texts = texts;
        this.body = new PlainTextBody(texts);
    }

    /// @return the text; every line is terminated by CRLF
    String compose() {
        body.paragraph(texts.text(openingKey(), "hostname", hostname));
        body.describe(failure, original);
        failure.recipients().stream()
                .collect(groupingBy(SharedOutcome::of, LinkedHashMap::new, Collectors.toList()))
                .forEach(this::appendGroup);
        describeAttempts();
        body.adminSection(
                failure,
                failure.recipients().stream()
                        .map(failed -> failed.reason().advice())
                        .toList());
        return body.text();
    }

    private void appendGroup(SharedOutcome common, List<FailedRecipient> recipients) {
        body.list(
                texts.text(common.probablyDelivered() ? "unconfirmed.to" : "failed.to"),
                recipients.stream().map(FailedRecipient::recipient).toList());
        body.section(texts.text("failed.reason"), common.reason().cause());
        String author = common.reason().authorAdvice();
        body.section(texts.text("failed.author"), author.isEmpty() ? texts.text("failed.author.else") : author);
        body.reply(
                common.fromUpstream()
                        ? texts.text("failed.answer", "upstream", failure.upstream())
                        : texts.text("failed.note"),
                common.reply());
    }

    private String openingKey() {
        if (failure.isReportedByNdr()) {
            return "returned.opening";
        }
        return failure.isProbablyDelivered() ? "unconfirmed.opening" : "failed.opening";
    }

    private String closingKey() {
        if (failure.isReportedByNdr()) {
            return "returned.closing";
        }
        if (failure.isProbablyDelivered()) {
            return "unconfirmed.closing";
        }
        return switch (failure.attempts()) {
            case 0 -> "failed.attempts.none";
            case 1 -> "failed.attempts.one";
            default -> "failed.attempts.many";
        };
    }

    private void describeAttempts() {
        body.paragraph(texts.text(
                closingKey(),
                "received",
                texts.time(failure.arrival().at()),
                "attempts",
                Integer.toString(failure.attempts()),
                "now",
                texts.time(failure.occurredAt())));
        if (failure.recipients().size() < failure.envelope().recipients().size()) {
            body.paragraph(texts.text("failed.others"));
        }
    }

    /// The details of a failure. If several recipients have the same details, the notice contains them only
    /// once.
    private record SharedOutcome(String reply, boolean fromUpstream, Reason reason, boolean probablyDelivered) {
        static SharedOutcome of(FailedRecipient failed) {
            return new SharedOutcome(
                    failed.reply().toString(), failed.fromUpstream(), failed.reason(), failed.probablyDelivered());
        }
    }
}
