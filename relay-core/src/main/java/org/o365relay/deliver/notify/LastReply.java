package org.o365relay.deliver.notify;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplySource;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.mail.Reply;
import org.o365relay.queue.HistoryEntry;

/// Why a message was deferred the last time, according to its history.
///
/// @param reply the last reply
/// @param upstream name of the upstream that sent the reply; empty if the relay composed it
/// @param reason name of the reply in the catalogue, or a general reason
record LastReply(Reply reply, String upstream, String reason) {

    // names of reasons that come from the relay itself or the sign-in service, not from the upstream
    private static final Set<String> LOCAL_REASONS = Stream.of(
                    Stream.of(JudgedReply.DAILY_QUOTA),
                    Verdict.UNCATALOGUED_REASONS.stream().filter(reason -> !reason.equals(Verdict.UNKNOWN_REPLY)),
                    ReplyCatalogue.microsoft365().entries().stream()
                            .filter(entry -> entry.sources().contains(ReplySource.SIGN_IN))
                            .map(KnownReply::name))
            .flatMap(reasons -> reasons)
            .collect(Collectors.toUnmodifiableSet());

    /// @param history events of a message, oldest first
    /// @return the last reply; empty if the message was never deferred
    static Optional<LastReply> in(List<HistoryEntry> history) {
        return deferrals(history)
                .findFirst()
                .flatMap(event -> Reply.parse(event.detail())
                        .map(reply -> new LastReply(reply, upstream(event), event.reason())));
    }

    /// @param history events of a message, oldest first
    /// @return name of the last upstream that sent a reply; empty if there is none
    static String upstream(List<HistoryEntry> history) {
        return deferrals(history)
                .map(LastReply::upstream)
                .filter(upstream -> !upstream.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static Stream<HistoryEntry> deferrals(List<HistoryEntry> history) {
        return history.reversed().stream()
                .filter(event -> event.kind().equals("deferred") || event.kind().equals("postponed"));
    }

    private static String upstream(HistoryEntry event) {
        return LOCAL_REASONS.contains(event.reason()) ? "" : event.upstream();
    }

    /// @return whether the message waited for a limit of the relay, so that the reply is not about the message
    static boolean isOwnLimit(HistoryEntry event) {
        return event.reason().equals(JudgedReply.DAILY_QUOTA);
    }
}
