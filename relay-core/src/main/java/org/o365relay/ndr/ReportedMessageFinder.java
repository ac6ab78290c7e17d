package org.o365relay.ndr;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.ndr.NonDeliveryReport.UndeliveredRecipient;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageSummary;
import org.o365relay.queue.NdrStore;

/// Finds the message that an NDR reports: by the queue ID in its `Received` field, otherwise by a Message-ID.
/// Several messages have the same Message-ID if a message was split, or if a device uses one twice. The
/// recipient and then the time select among them; if several remain, the report is attributed to none, unless
/// they are parts of one message.
final class ReportedMessageFinder {

    /// Matches Message-IDs that the relay added (rewrite.HeaderComposer).
    private static final Pattern OWN_ID = Pattern.compile("<([0-9A-Za-z]{13})@[^<>@]+>");

    /// Maximum number of messages with the same Message-ID that are considered.
    private static final int MAX_PARTS = 100;

    /// Allows for the difference between the clocks of the relay and the reporting server, and for the time
    /// that the upstream takes to pass a message on.
    private static final Duration TOLERANCE = Duration.ofMinutes(10);

    private final NdrStore queue;

    ReportedMessageFinder(NdrStore queue) {
        this.queue = queue;
    }

    /// A message that may be the reported one.
    ///
    /// @param messageId its Message-ID, with angle brackets; empty if it is unknown
    /// @param settledAt when the message was settled; null while it is open
    record Candidate(
            MessageSummary message,
            String subject,
            String messageId,
            @Nullable Instant settledAt) {

        Optional<Recipient> recipient(UndeliveredRecipient undelivered) {
            List<String> keys =
                    List.of(AddressKey.ofName(undelivered.original()), AddressKey.ofName(undelivered.address()));
            return message.recipients().stream()
                    .filter(recipient -> keys.contains(recipient.address().key().toString()))
                    .findFirst();
        }

        /// Contains only the stored header fields, because the content of a settled message may be deleted.
        ReportedMessage original() {
            String header = (subject.isEmpty() ? "" : "Subject: " + encoded(subject) + "\r\n")
                    + (messageId.isEmpty() ? "" : "Message-ID: " + messageId + "\r\n");
            return new ReportedMessage(
                    message.envelope().returnPath().orElse(null), header.getBytes(StandardCharsets.ISO_8859_1));
        }

        /// The parts of a split message have the same arrival, to the millisecond.
        private boolean isOfSameMessage(Candidate other) {
            return message.arrival().equals(other.message.arrival())
                    && message.envelope()
                            .returnPath()
                            .equals(other.message.envelope().returnPath());
        }

        private boolean mayHaveArrivedAt(Instant time) {
            boolean received = !message.arrival().at().minus(TOLERANCE).isAfter(time);
            return received && (settledAt == null || !settledAt.plus(TOLERANCE).isBefore(time));
        }

        private static String encoded(String text) {
            try {
                return MimeUtility.encodeText(text, "UTF-8", null);
            } catch (UnsupportedEncodingException impossible) {
                throw new IllegalStateException("this Java has no UTF-8", impossible);
            }
        }
    }

    /// @return the messages with the first known ID in the report
    List<Candidate> candidates(NonDeliveryReport report) {
        Stream<List<Candidate>> byQueueId = report.queueIds().stream()
                .map(id -> candidates(entries(MessageFilter.of(List.of(id))), firstId(report)));
        Stream<List<Candidate>> byMessageId = report.messageIds().stream().map(id -> candidates(withId(id), id));
        return Stream.concat(byQueueId, byMessageId)
                .filter(candidates -> !candidates.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /// @return the candidates that remain: those with the recipient, if there are any, because a report may
    ///     name a forwarding address or a member of a group instead; and of these, those that may have arrived
    ///     at `arrival`, if there are any. Of the parts of one message, only the first
    static List<Candidate> matching(
            List<Candidate> candidates, UndeliveredRecipient undelivered, @Nullable Instant arrival) {
        List<Candidate> named = candidates.stream()
                .filter(candidate -> candidate.recipient(undelivered).isPresent())
                .toList();
        List<Candidate> matching = named.isEmpty() ? candidates : named;
        List<Candidate> sentThen = matching.stream()
                .filter(candidate -> arrival == null || candidate.mayHaveArrivedAt(arrival))
                .toList();
        List<Candidate> left = sentThen.isEmpty() ? matching : sentThen;
        boolean isOne = left.stream().allMatch(candidate -> candidate.isOfSameMessage(left.getFirst()));
        return isOne ? left.stream().limit(1).toList() : left;
    }

    private static String firstId(NonDeliveryReport report) {
        return report.messageIds().isEmpty() ? "" : report.messageIds().getFirst();
    }

    private List<MessageEntry> withId(String messageId) {
        Matcher own = OWN_ID.matcher(messageId);
        Stream<MessageEntry> ownIds = (own.matches() ? QueueId.parse(own.group(1)) : Optional.<QueueId>empty())
                .map(id -> MessageFilter.of(List.of(id))).stream()
                        .flatMap(selection -> entries(selection).stream())
                        .filter(entry -> entry.messageId().isEmpty());
        MessageFilter byMessageId =
                new MessageFilter(List.of(), Set.of(), null, null, null, null, null, null, null, null, messageId, null);
        String bare = bare(messageId);
        Stream<MessageEntry> deviceIds = entries(byMessageId).stream()
                .filter(entry -> bare(entry.sentMessageId()).equals(bare));
        return Stream.concat(ownIds, deviceIds).toList();
    }

    /// Some devices send no angle brackets, but the server adds them.
    private static String bare(String messageId) {
        return messageId.replaceAll("[<>\\s]", "");
    }

    private List<Candidate> candidates(List<MessageEntry> entries, String messageId) {
        return entries.stream()
                .flatMap(entry -> queue
                        .message(entry.id())
                        .map(message -> new Candidate(message, entry.subject(), messageId, entry.settledAt()))
                        .stream())
                .toList();
    }

    private List<MessageEntry> entries(MessageFilter selection) {
        return queue.find(selection, MAX_PARTS);
    }
}
