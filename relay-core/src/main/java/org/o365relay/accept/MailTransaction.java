package org.o365relay.accept;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
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
import org.o365relay.route.AuthorField;
import org.o365relay.route.Routes;
import org.o365relay.route.RoutingInput;

/// A mail transaction (RFC 5321 §3.3): from MAIL to the reply after the final dot. Holds at most about a chunk
/// of content; more goes to the queue while it comes in.
final class MailTransaction {

    private static final int INITIAL_BUFFER = 8 * 1024;

    /// All content in memory together may take a quarter of the heap.
    private static final long TOTAL_BUFFERS = Runtime.getRuntime().maxMemory() / 4;

    private final @Nullable EmailAddress sender;
    private final BodyType body;
    private final DsnRequest dsnRequest;
    private final Incoming incoming;
    private final Set<EmailAddress> recipients = new LinkedHashSet<>();
    private final Map<EmailAddress, ForRecipient> recipientRequests = new HashMap<>(0);
    private final int chunkSize;
    private final int initialBuffer;
    private @Nullable ByteArrayOutputStream buffer; // not before there is content
    private boolean smtpUtf8;
    private boolean chunked;
    private int rejectedRecipients;
    private final Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
    private ContentDecoder decoder = ContentDecoder.forChunks();
    private byte @Nullable [] bufferedOctets; // what is in the buffer, once it has been taken out
    private @Nullable HeaderScan header;
    private @Nullable Reply rejection;
    private @Nullable List<RoutedEnvelope> parts; // not before all of the envelope and the header is there

    /// @param expectedSize octets the client announced, 0 if it did not
    /// @param rivals how many clients may send content at the same time
    MailTransaction(
            @Nullable EmailAddress sender,
            boolean smtpUtf8,
            BodyType body,
            DsnRequest report,
            Incoming incoming,
            long expectedSize,
            int rivals) {
        this.sender = sender;
        this.smtpUtf8 = smtpUtf8;
        this.body = body;
        this.dsnRequest = report;
        this.incoming = incoming;
        int share = Math.clamp(TOTAL_BUFFERS / rivals, INITIAL_BUFFER, Incoming.CHUNK_SIZE);
        this.chunkSize = share - 1; // a CR that the decoder held back can come on top of what was put in
        this.initialBuffer = Math.clamp(expectedSize, INITIAL_BUFFER, share);
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

    /// @return in the order given
    Set<EmailAddress> recipients() {
        return Collections.unmodifiableSet(recipients);
    }

    boolean has(EmailAddress recipient) {
        return recipients.contains(recipient);
    }

    /// A recipient that is not ASCII makes the whole message one that needs SMTPUTF8 onwards.
    ///
    /// @param wanted what the sender wants to hear of it; counts if it is a new one
    /// @return whether it is a new one
    boolean add(EmailAddress recipient, ForRecipient wanted) {
        smtpUtf8 |= !recipient.isAscii();
        boolean added = recipients.add(recipient);
        if (added && !wanted.equals(ForRecipient.NONE)) {
            recipientRequests.put(recipient, wanted);
        }
        return added;
    }

    /// @return how many recipients were refused, this one included
    int rejectRecipient() {
        return ++rejectedRecipients;
    }

    /// Its content comes with BDAT.
    void beginChunks() {
        chunked = true;
    }

    boolean isChunked() {
        return chunked;
    }

    /// @return where decoded content goes
    ByteArrayOutputStream buffer() {
        if (buffer == null) {
            buffer = new ByteArrayOutputStream(initialBuffer);
        }
        return buffer;
    }

    /// Says how content is read from now on; without this, it is read as chunks are.
    void decoder(ContentDecoder how) {
        decoder = how;
    }

    /// @param octets no more than there is [#room] for
    /// @return how many were taken if the content ended among them; -1 if it did not, and all were taken
    int decode(byte[] octets) {
        return decoder.decode(octets, 0, octets.length, buffer());
    }

    /// @return whether content has ended with a dot on a line that does not end in CRLF
    boolean hasNonstandardEnd() {
        return decoder.hasNonstandardEnd();
    }

    /// Notes something that was wrong with the message.
    void add(Deviation deviation) {
        deviations.add(deviation);
    }

    /// Lets something pass that is wrong with all the client sends.
    void ignore(Deviation deviation) {
        decoder.deviations().remove(deviation);
    }

    /// @return what was wrong with the message, and with its lines if it was meant to have some
    Set<Deviation> deviations() {
        if (body != BodyType.BINARY) {
            deviations.addAll(decoder.deviations());
        }
        return deviations;
    }

    /// Makes the message one that is read to its end but not kept.
    ///
    /// @param reason the reply after the final dot
    void reject(Reply reason) {
        rejection = reason;
    }

    Optional<Reply> rejection() {
        return Optional.ofNullable(rejection);
    }

    boolean isChunkFull() {
        return buffered() >= chunkSize;
    }

    /// @return how many octets may be decoded into the buffer; at least 1 unless the chunk is full
    int room() {
        return chunkSize - buffered();
    }

    /// Drops what is in memory.
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

    /// Looks at the header when all content is there. Before that, [#append] has looked at a large message's.
    ///
    /// @param hostname this relay's
    HeaderScan header(String hostname) {
        HeaderScan seen = header == null ? HeaderScan.scan(bufferedOctets(), true, hostname) : header;
        header = seen;
        return seen;
    }

    /// @param hostname this relay's
    CompletableFuture<QueueId> append(String hostname) {
        byte[] full = bufferedOctets();
        if (header == null) {
            header = HeaderScan.scan(full, false, hostname);
        }
        discardBuffer();
        return incoming.append(full);
    }

    /// @return whether there has been enough content to know its way; if not, [#header] is to be asked first
    boolean hasHeader() {
        return header != null;
    }

    /// Divides the message among the ways out. To be asked when its header is there.
    List<RoutedEnvelope> parts(Routes routes, InetAddress client) {
        List<RoutedEnvelope> divided = parts == null ? routes.split(origin(routes, client), envelope()) : parts;
        parts = divided;
        return divided;
    }

    private RoutingInput origin(Routes routes, InetAddress client) {
        EmailAddress author = routes.needsAuthor() && header != null
                ? header.author().flatMap(AuthorField::address).orElse(null)
                : null;
        return new RoutingInput(client, sender, author);
    }

    /// @param divided what [#parts] has said
    CompletableFuture<List<QueueId>> commit(Arrival arrival, List<RoutedEnvelope> divided) {
        SearchableHeaders headline = header == null ? SearchableHeaders.NONE : header.searchableHeaders();
        return incoming.commit(arrival, divided, headline, bufferedOctets());
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
        DsnRequest whole = recipientRequests.isEmpty()
                ? dsnRequest
                : new DsnRequest(dsnRequest.envelopeId(), dsnRequest.returned(), recipientRequests);
        return new Envelope(sender, List.copyOf(recipients), smtpUtf8, body, whole);
    }
}
