package org.o365relay.accept.session;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Incoming;
import org.o365relay.route.RewriteRules;
import org.o365relay.route.Routes;
import org.o365relay.route.RoutingInput;

/// A mail transaction (RFC 5321 §3.3), from MAIL until the message is committed, rejected or aborted. Buffers
/// at most one chunk of content; full chunks are written to the queue while the message is received.
final class MailTransaction {

    private static final int INITIAL_BUFFER = 8 * 1024;

    /// Total size in octets of the buffers of all transactions: a quarter of the heap. Each transaction may use
    /// an equal share, but at least [#INITIAL_BUFFER] and at most [Incoming#CHUNK_SIZE].
    private static final long TOTAL_BUFFERS = Runtime.getRuntime().maxMemory() / 4;

    private final @Nullable EmailAddress sender;
    private final BodyType body;
    private final DsnRequest dsnRequest;
    private final Incoming incoming;
    private final Set<EmailAddress> recipients = new LinkedHashSet<>();
    private final Map<EmailAddress, ForRecipient> recipientRequests = new HashMap<>(0);
    private final int bufferSize;
    private final int initialBuffer;
    private @Nullable ByteArrayOutputStream buffer; // null before the first content is received
    private boolean smtpUtf8;
    private boolean chunked;
    private int rejectedRecipients;
    private final Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
    private ContentDecoder decoder = ContentDecoder.forChunks();
    private byte @Nullable [] bufferedOctets; // copy of the content of the buffer; null if not copied yet
    private final HeaderScan header;
    private @Nullable Reply rejection;
    private @Nullable List<RoutedEnvelope> parts; // null before the first call of parts()

    /// @param sender envelope sender, completed with the default domain if it had none; null for the null
    ///     sender
    /// @param hostname hostname of this relay
    /// @param maxClients maximum number of concurrent connections
    MailTransaction(
            Command.Mail mail, @Nullable EmailAddress sender, Incoming incoming, String hostname, int maxClients) {
        this.sender = sender;
        this.smtpUtf8 = mail.requestsSmtpUtf8() || (sender != null && !sender.isAscii());
        this.body = mail.bodyType().orElse(BodyType.SEVEN_BIT);
        this.dsnRequest = mail.dsnRequest().value();
        this.incoming = incoming;
        this.header = new HeaderScan(hostname);
        int share = Math.clamp(TOTAL_BUFFERS / maxClients, INITIAL_BUFFER, Incoming.CHUNK_SIZE);
        this.initialBuffer = Math.clamp(mail.declaredSize().orElse(0L), INITIAL_BUFFER, share);
        this.bufferSize = share - 1; // leaves room for a CR that the decoder held back
    }

    @Nullable
    EmailAddress sender() {
        return sender;
    }

    boolean smtpUtf8() {
        return smtpUtf8;
    }

    BodyType body() {
        return body;
    }

    /// @return recipients in the order in which the client sent them
    Set<EmailAddress> recipients() {
        return Collections.unmodifiableSet(recipients);
    }

    EmailAddress firstRecipient() {
        return recipients.iterator().next();
    }

    boolean has(EmailAddress recipient) {
        return recipients.contains(recipient);
    }

    /// Adds a new recipient. A non-ASCII recipient makes the message require SMTPUTF8.
    void add(EmailAddress recipient, ForRecipient request) {
        smtpUtf8 |= !recipient.isAscii();
        recipients.add(recipient);
        if (!request.equals(ForRecipient.NONE)) {
            recipientRequests.put(recipient, request);
        }
    }

    /// Counts a rejected recipient.
    ///
    /// @return number of recipients rejected so far, including this one
    int rejectRecipient() {
        return ++rejectedRecipients;
    }

    /// Marks the content as sent with BDAT.
    void beginChunks() {
        chunked = true;
    }

    boolean isChunked() {
        return chunked;
    }

    private ByteArrayOutputStream buffer() {
        if (buffer == null) {
            buffer = new ByteArrayOutputStream(initialBuffer);
        }
        return buffer;
    }

    /// Sets the decoder for the content; the default is the decoder for BDAT.
    void setDecoder(ContentDecoder newDecoder) {
        decoder = newDecoder;
    }

    /// @param octets octets to decode, at most [#room]
    /// @return number of octets consumed up to the end of the content; -1 if all were consumed without reaching
    ///     it
    int decode(byte[] octets) {
        return decoder.decode(octets, 0, octets.length, buffer());
    }

    /// @return whether a bare LF precedes or follows the final dot
    boolean hasNonstandardEnd() {
        return decoder.hasNonstandardEnd();
    }

    /// Records a deviation of the message.
    void add(Deviation deviation) {
        deviations.add(deviation);
    }

    /// Removes a deviation that was already counted for the whole session.
    void ignore(Deviation deviation) {
        decoder.deviations().remove(deviation);
    }

    /// @return deviations of the message; for BODY=BINARYMIME, without those that the decoder found, such as
    ///     bare LF
    Set<Deviation> deviations() {
        if (body != BodyType.BINARY) {
            deviations.addAll(decoder.deviations());
        }
        return deviations;
    }

    /// Rejects the message; the rest of its content is read and discarded.
    ///
    /// @param reply reply to send at the end of the content or chunk
    void reject(Reply reply) {
        rejection = reply;
    }

    Optional<Reply> rejection() {
        return Optional.ofNullable(rejection);
    }

    boolean isBufferFull() {
        return buffered() >= bufferSize;
    }

    /// @return number of octets that may be decoded into the buffer; 0 only if it is full
    int room() {
        return bufferSize - buffered();
    }

    /// Discards buffered content.
    void discardBuffer() {
        if (buffer != null) {
            buffer.reset();
        }
        bufferedOctets = null;
    }

    private int buffered() {
        return buffer == null ? 0 : buffer.size();
    }

    long size() {
        return incoming.size() + buffered();
    }

    /// @return the header, as far as [#append] and [#endHeader] have scanned it
    HeaderScan header() {
        return header;
    }

    /// Scans the rest of the header of a complete message.
    void endHeader() {
        if (!header.hasEnded()) {
            header.add(bufferedOctets());
            header.end();
        }
    }

    /// Writes a full chunk to the queue.
    CompletableFuture<QueueId> append() {
        byte[] chunk = bufferedOctets();
        header.add(chunk);
        header.addBody(chunk, incoming.size());
        discardBuffer();
        return incoming.append(chunk);
    }

    /// Applies the rewriting rules, routes the recipients, and splits the envelopes with [Routes#split]. Call
    /// this only after the header has ended.
    List<RoutedEnvelope> parts(SessionSettings settings, InetAddress client) {
        List<RoutedEnvelope> routedParts = parts == null ? routed(settings, client) : parts;
        parts = routedParts;
        return routedParts;
    }

    private List<RoutedEnvelope> routed(SessionSettings settings, InetAddress client) {
        RewriteRules rules = settings.rewriteRules();
        Routes routes = settings.routes();
        boolean needsAuthor = routes.needsAuthor() || rules.needsAuthor();
        RoutingInput input = RoutingInput.of(client, sender, needsAuthor ? header.fromField() : Optional.empty());
        List<RoutedEnvelope> routed = new ArrayList<>();
        rules.apply(input, envelope()).forEach(envelope -> routed.addAll(routes.split(input, envelope)));
        return routed;
    }

    /// @param routedParts result of [#parts]
    CompletableFuture<List<QueueId>> commit(Arrival arrival, List<RoutedEnvelope> routedParts) {
        byte[] last = bufferedOctets();
        header.addBody(last, incoming.size());
        SearchableHeaders headers = header.searchableHeaders().withFingerprint(header.fingerprint());
        return incoming.commit(arrival, routedParts, headers, last);
    }

    /// @return the deviation that is detected only during the commit; empty if there is none
    Optional<Deviation> reusedMessageId() {
        return incoming.newMessageId().map(_ -> Deviation.REUSED_MESSAGE_ID);
    }

    private byte[] bufferedOctets() {
        byte[] octets = bufferedOctets == null ? buffer().toByteArray() : bufferedOctets;
        bufferedOctets = octets;
        return octets;
    }

    CompletableFuture<QueueId> abandon() {
        return incoming.abandon();
    }

    Envelope envelope() {
        DsnRequest request = recipientRequests.isEmpty()
                ? dsnRequest
                : new DsnRequest(dsnRequest.envelopeId(), dsnRequest.returned(), recipientRequests);
        return new Envelope(sender, List.copyOf(recipients), smtpUtf8, body, request);
    }
}
