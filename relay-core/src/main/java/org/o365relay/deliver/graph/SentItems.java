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
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.rewrite.ReaddressedHeader;

/// Finds out whether a message is in Sent Items of the mailbox, by its Message-ID and recipients. The app needs
/// Mail.ReadBasic, Mail.Read or Mail.ReadWrite for this, none of which it needs to send.
record SentItems(GraphClient client) {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int MAX_COPIES = 20;

    /// What is known about a message.
    enum Finding {
        SENT,
        NOT_SENT,
        /// The app may not read mail, Graph cannot search at the moment, or the message has no Message-ID.
        UNKNOWN
    }

    /// @throws AttemptAbortedException if Graph cannot be reached, refuses the token or asks the relay to wait
    Finding find(ReaddressedHeader header) throws AttemptAbortedException {
        Optional<String> messageId = messageId(header.header());
        if (messageId.isEmpty()) {
            return Finding.UNKNOWN;
        }
        GraphResponse response = client.send(GraphRequest.withoutBody("GET", search(messageId.get()), Step.AUTH));
        if (response.status() == TOO_MANY_REQUESTS) {
            throw client.refused(Step.AUTH, response);
        }
        if (response.status() != 200) {
            return Finding.UNKNOWN;
        }
        return response.json(Page.class)
                .map(page -> page.value().stream().anyMatch(sent -> header.namesOnly(sent.recipients())))
                .map(found -> found ? Finding.SENT : Finding.NOT_SENT)
                .orElse(Finding.UNKNOWN);
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
