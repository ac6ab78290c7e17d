package org.o365relay.deliver.graph;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.rewrite.ReaddressedHeader;

/// Determines by its Message-ID and recipients whether a message is in the Sent Items folder of the mailbox.
/// The app needs Mail.ReadBasic, Mail.Read or Mail.ReadWrite for this, none of which it needs to send.
record SentItems(GraphClient client) {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REQUEST_TIMEOUT = 408; // RFC 9110 §15.5.9
    private static final int MAX_COPIES = 20;

    /// What is known about a message.
    enum Finding {
        SENT("found in Sent Items"),
        /// No proof that the message was not sent: Exchange may store the copy later or have replaced the
        /// Message-ID, a user or a rule may have moved the copy, or another mailbox of the pool may have sent
        /// it.
        NOT_FOUND("not found in Sent Items before this attempt"),
        /// The message was sent to others only, or Exchange stored other addresses of the same recipients.
        OTHER_RECIPIENTS("found in Sent Items before this attempt, but with other recipients"),
        /// The app may not read mail, or the message has no Message-ID.
        UNKNOWN("the relay cannot look for it in Sent Items");

        private final String note;

        Finding(String note) {
            this.note = note;
        }

        /// @return note for the history
        String note() {
            return note;
        }
    }

    /// @throws AttemptAbortedException if Graph cannot be reached, cannot search at the moment, refuses the
    ///     token or asks the relay to wait; in that case, it should not be asked to send the message again
    Finding find(ReaddressedHeader header) throws AttemptAbortedException {
        Optional<String> messageId = messageId(header.header());
        if (messageId.isEmpty()) {
            return Finding.UNKNOWN;
        }
        // MAIL, because a failed search may be caused by this message alone
        GraphResponse response = client.send(GraphRequest.withoutBody("GET", search(messageId.get()), Step.MAIL));
        if (response.status() == TOO_MANY_REQUESTS) {
            throw client.refused(Step.AUTH, response);
        }
        if (response.status() == REQUEST_TIMEOUT || response.status() >= 500) {
            Response failure = client.refused(Step.MAIL, response).response();
            throw new AttemptAbortedException(failure.withNote("Sent Items could not be searched; nothing was sent"));
        }
        return response.status() == 200
                ? response.json(Page.class).map(page -> finding(page, header)).orElse(Finding.UNKNOWN)
                : Finding.UNKNOWN;
    }

    private static Finding finding(Page page, ReaddressedHeader header) {
        if (page.value().isEmpty()) {
            return Finding.NOT_FOUND;
        }
        return page.value().stream().anyMatch(sent -> header.namesOnly(sent.recipients()))
                ? Finding.SENT
                : Finding.OTHER_RECIPIENTS;
    }

    private URI search(String messageId) {
        String filter = "internetMessageId eq '" + messageId.replace("'", "''") + "'";
        return URI.create(client.address("mailFolders", "sentitems", "messages")
                + "?$select=toRecipients,ccRecipients,bccRecipients&$top=" + MAX_COPIES + "&$filter="
                + URLEncoder.encode(filter, StandardCharsets.UTF_8).replace("+", "%20"));
    }

    private static Optional<String> messageId(byte[] header) {
        try {
            InternetHeaders fields = new InternetHeaders(new ByteArrayInputStream(header));
            return Optional.ofNullable(fields.getHeader("Message-ID", null))
                    .map(String::strip)
                    .filter(id -> !id.isEmpty());
        } catch (MessagingException unreadable) {
            return Optional.empty();
        }
    }

    private record Page(List<Sent> value) {}

    private record Sent(List<Receiver> toRecipients, List<Receiver> ccRecipients, List<Receiver> bccRecipients) {

        Stream<String> recipients() {
            return Stream.of(toRecipients, ccRecipients, bccRecipients)
                    .flatMap(List::stream)
                    .flatMap(receiver ->
                            Stream.ofNullable(receiver.emailAddress().address()));
        }
    }

    private record Receiver(Mailbox emailAddress) {}

    private record Mailbox(@Nullable String address) {}
}
