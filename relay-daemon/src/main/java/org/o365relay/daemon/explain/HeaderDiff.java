package org.o365relay.daemon.explain;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RawText;
import org.o365relay.mail.Reply;
import org.o365relay.mail.UnacceptableContentException;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.rewrite.DestinationFields;
import org.o365relay.rewrite.RewriteResult;
import org.o365relay.rewrite.Rewriter;
import org.o365relay.rewrite.StoredContent;

/// Compares the header of a message as received with the header that the relay would send under the current
/// configuration.
public record HeaderDiff(RelaySettings settings) {

    /// @param original the message as received
    /// @return a heading and the header lines; removed lines are prefixed with `-`, added lines with `+`, all
    ///     others with spaces; only an explanation if the envelope is damaged
    public List<String> lines(MessageDetail message, InputStream original) throws IOException {
        Optional<Envelope> envelope = envelope(message);
        if (envelope.isEmpty()) {
            return List.of("The header cannot be shown: the envelope is damaged.");
        }
        String newMessageId = message.entry().newMessageId();
        return lines(
                message.entry().mailbox(),
                message.entry().id(),
                arrival(message),
                envelope.get(),
                newMessageId.isEmpty() ? null : newMessageId,
                original);
    }

    /// @param route name of a mailbox or pool
    /// @param newMessageId Message-ID to send instead of the message's own; null to keep that
    /// @param original the message as received
    List<String> lines(
            String route,
            QueueId id,
            Arrival arrival,
            Envelope envelope,
            @Nullable String newMessageId,
            InputStream original)
            throws IOException {
        MailboxSettings mailbox = mailbox(route);
        RewriteResult rewriting =
                new Rewriter(mailbox.rewrite()).rewrite(id, arrival, envelope, newMessageId, original);
        List<String> before = fields(rewriting.original().header());
        List<String> lines = new ArrayList<>();
        switch (rewriting) {
            case RewriteResult.Rewritten rewritten -> {
                boolean isGraph = mailbox.upstreams().getFirst() instanceof UpstreamSettings.Graph;
                try {
                    byte[] sent = isGraph ? readdressed(rewritten.header(), envelope) : rewritten.header();
                    lines.add("Header as sent by " + mailbox.address() + " (- removed, + added)"
                            + (isGraph ? "; Graph delivers to To, Cc and Bcc:" : ":"));
                    lines.addAll(diff(before, fields(sent)));
                } catch (UnacceptableContentException e) {
                    addUnchanged(lines, e.reply(), before);
                }
            }
            case RewriteResult.Unacceptable(var reply, var _) -> addUnchanged(lines, reply, before);
        }
        return lines;
    }

    private static void addUnchanged(List<String> lines, Reply reply, List<String> fields) {
        lines.add("Header as received; it cannot be rewritten: " + reply);
        fields.forEach(field -> addField(lines, "  ", field));
    }

    /// Puts the envelope recipients into the header, because Graph delivers to the recipients in the header.
    private static byte[] readdressed(byte[] header, Envelope envelope) throws IOException {
        return DestinationFields.readdress(new HeaderOnly(header), envelope.recipients())
                .header();
    }

    /// A message without a body.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record HeaderOnly(byte[] header) implements StoredContent {

        @Override
        public long size() {
            return header.length;
        }

        @Override
        public InputStream read(long from, long to) {
            return new ByteArrayInputStream(header, (int) from, (int) (to - from));
        }
    }

    /// @param name name of a mailbox or pool
    /// @return the mailbox, or the first one of the pool; the first configured mailbox if the name is no longer
    ///     configured
    MailboxSettings mailbox(String name) {
        List<String> names = settings.routes()
                .target(name)
                .map(target -> target.mailboxes().stream()
                        .map(member -> member.key().toString())
                        .toList())
                .orElse(List.of(AddressKey.ofName(name)));
        return settings.mailboxes().stream()
                .filter(mailbox -> names.contains(mailbox.address().key().toString()))
                .findFirst()
                .orElse(settings.mailboxes().getFirst());
    }

    private static Arrival arrival(MessageDetail message) {
        MessageEntry entry = message.entry();
        InetAddress client;
        try {
            client = InetAddress.ofLiteral(entry.client());
        } catch (IllegalArgumentException damaged) {
            client = InetAddress.getLoopbackAddress();
        }
        return new Arrival(entry.receivedAt(), client, entry.helo(), message.protocol());
    }

    private static Optional<Envelope> envelope(MessageDetail message) {
        List<EmailAddress> recipients = message.recipients().stream()
                .map(RecipientEntry::address)
                .flatMap(address -> EmailAddress.parse(address).stream())
                .toList();
        return recipients.isEmpty()
                ? Optional.empty()
                : Optional.of(new Envelope(
                        EmailAddress.parse(message.entry().sender()).orElse(null),
                        recipients,
                        message.smtpUtf8(),
                        BodyType.of(message.body()).orElse(BodyType.SEVEN_BIT),
                        DsnRequest.NONE,
                        message.changes()));
    }

    /// Compares the fields in order, assuming that rewriting keeps the order of unchanged fields.
    private static List<String> diff(List<String> before, List<String> after) {
        List<String> lines = new ArrayList<>();
        int position = 0;
        for (String field : before) {
            int same = after.subList(position, after.size()).indexOf(field);
            if (same < 0) {
                addField(lines, "- ", field);
                continue;
            }
            after.subList(position, position + same).forEach(added -> addField(lines, "+ ", added));
            addField(lines, "  ", field);
            position += same + 1;
        }
        after.subList(position, after.size()).forEach(added -> addField(lines, "+ ", added));
        return lines;
    }

    private static void addField(List<String> lines, String prefix, String field) {
        Stream.of(field.split("\r\n")).map(line -> prefix + line).forEach(lines::add);
    }

    /// @return the fields, each with its folded lines
    private static List<String> fields(byte[] header) {
        return Stream.of(RawText.of(header).split("\r\n(?![ \t])"))
                .filter(field -> !field.isEmpty())
                .toList();
    }
}
