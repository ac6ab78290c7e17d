package org.o365relay.accept.session;

import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Intake;
import org.o365relay.queue.SpaceShortage;

/// The replies that reject a connection, command, recipient or message. Each names the configuration key that
/// changes the decision, if there is one.
///
/// The replies of public methods do not depend on the state of a session, so `o365-relay explain` can show
/// them.
public final class RejectReplies {

    private static final int MAX_ECHO = 80;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private RejectReplies() {}

    /// The reply to a deviation that the client's network does not tolerate.
    ///
    /// @param reason what is wrong with the command or message
    static Reply notTolerated(Deviation deviation, int code, String status, String reason) {
        return Reply.of(code, status, reason + " (relay.trusted-networks: tolerance, " + deviation.key() + ")");
    }

    /// @param deviation one of the deviations of the command
    static Reply notTolerated(Deviation deviation, Command.Mail mail) {
        return deviation == Deviation.INVALID_PARAMETER
                ? notTolerated(deviation, 501, "5.5.4", badParameter(mail))
                : envelope(deviation, EnvelopeParser.unknownParameter(mail));
    }

    private static String badParameter(Command.Mail mail) {
        if (mail.declaredSize().isEmpty()) {
            return "Bad message size syntax";
        }
        return mail.bodyType().isEmpty()
                ? "BODY must be 7BIT, 8BITMIME or BINARYMIME"
                : mail.dsnRequest().errors().getFirst();
    }

    /// @param deviation one of the deviations of the command
    static Reply notTolerated(Deviation deviation, Command.Rcpt rcpt) {
        return deviation == Deviation.INVALID_PARAMETER
                ? notTolerated(
                        deviation, 501, "5.5.4", rcpt.dsnRequest().errors().getFirst())
                : envelope(deviation, EnvelopeParser.unknownParameter(rcpt));
    }

    private static Reply envelope(Deviation deviation, Optional<String> unknownParameter) {
        if (deviation == Deviation.UNKNOWN_PARAMETER) {
            String keyword = printable(unknownParameter.orElse(""));
            // RFC 5321 §4.1.1.11
            return notTolerated(deviation, 555, "5.5.4", "Unsupported parameter: " + keyword);
        }
        return notTolerated(deviation, 501, "5.5.2", pathError(deviation));
    }

    private static String pathError(Deviation deviation) {
        return switch (deviation) {
            case SPACE_BEFORE_COLON -> "No space allowed before the colon";
            case SPACE_BEFORE_ADDRESS -> "No space allowed before the address";
            case DISPLAY_NAME -> "No display name or comment allowed";
            case ADDRESS_LIST -> "Send one address per command";
            default -> "Address must be enclosed in < >";
        };
    }

    /// The reply to EHLO or HELO with a name that is not tolerated.
    ///
    /// @param deviation the result of [HeloName#deviation]
    public static Reply invalidHelo(Deviation deviation) {
        return notTolerated(
                deviation,
                501,
                "5.5.4",
                deviation == Deviation.EMPTY_HELO
                        ? "Syntax: EHLO hostname or HELO hostname"
                        : "Invalid HELO name, not a host name or address literal");
    }

    /// The reply to MAIL with a sender without a domain, if unqualified senders are refused.
    public static Reply unqualifiedSender() {
        return notTolerated(
                Deviation.UNQUALIFIED_SENDER, 553, "5.1.7", "Sender address rejected: need fully-qualified address");
    }

    /// The reply to RCPT with a recipient without a domain, if unqualified recipients are refused.
    public static Reply unqualifiedRecipient() {
        return notTolerated(
                Deviation.UNQUALIFIED_RECIPIENT,
                553,
                "5.1.3",
                "Recipient address rejected: need fully-qualified address");
    }

    /// The reply sent instead of the greeting to a client outside the trusted networks.
    public static Reply untrusted(InetAddress client) {
        return Reply.of(554, "5.7.1", client.getHostAddress() + ": Relay access denied (relay.trusted-networks)");
    }

    public static Reply tooManyConnections() {
        return Reply.of(421, "4.3.2", "Too many connections (relay.limits.connections)");
    }

    public static Reply tooManyConnections(InetAddress client) {
        return Reply.of(
                421,
                "4.7.0",
                "Too many connections from " + client.getHostAddress() + " (relay.limits.connections-per-client)");
    }

    /// The reply sent instead of the greeting while there is too little memory for the octets that connections
    /// receive.
    public static Reply insufficientMemory() {
        return Reply.of(421, "4.3.1", "Insufficient memory, try again later (-Xmx in jvm.options)");
    }

    /// The reply sent instead of the greeting while only reserved connections are left.
    ///
    /// @param reserved number of reserved connections
    /// @param few number of connections at which a client can no longer take a reserved one
    public static Reply connectionsReserved(InetAddress client, int reserved, int few) {
        return Reply.of(
                421,
                "4.7.0",
                "Too many connections from " + client.getHostAddress() + ", the last " + reserved
                        + " are reserved for clients with fewer than " + few + " (relay.limits.connections)");
    }

    /// The reply to MAIL with a SIZE above the limit, or to content that exceeds the limit.
    ///
    /// @param limit maximum message size in octets
    // RFC 1870 §6.1
    public static Reply tooLarge(long limit) {
        return Reply.of(
                552,
                "5.3.4",
                "Message size exceeds limit of " + limit
                        + " octets (relay.limits.message-size, relay.trusted-networks: message-size)");
    }

    /// The reply to a message that is too large for the mailbox or pool it is routed to, or for every mailbox.
    ///
    /// @param target name of the mailbox or pool, or `any mailbox`
    /// @param limit maximum message size in octets
    static Reply tooLargeFor(String target, long limit) {
        return Reply.of(
                552,
                "5.3.4",
                "Message size exceeds limit of " + limit + " octets for " + printable(target)
                        + " (relay.mailboxes: limits.message-size)");
    }

    /// @param size size of the message in octets; 0 if unknown
    /// @return the reply if the queue cannot take the message at present; otherwise empty
    static Optional<Reply> ifQueueRejects(Intake queue, long size) {
        return queue.isWritable()
                ? queue.shortageFor(size).map(RejectReplies::insufficientStorage)
                : Optional.of(queueWriteError());
    }

    private static Reply insufficientStorage(SpaceShortage shortage) {
        String reason = switch (shortage) {
            case DISK -> "Insufficient disk space (relay.queue.minimum-free-space)";
            case QUEUE -> "Queue is full (relay.queue.maximum-size)";
        };
        return Reply.of(452, "4.3.1", reason + ", try again later");
    }

    static Reply queueWriteError() {
        return Reply.of(452, "4.3.1", "Queue write error, try again later");
    }

    // RFC 6531 §3.5
    static Reply senderNotAscii() {
        return notTolerated(Deviation.UNDECLARED_UTF8, 550, "5.6.7", "Non-ASCII sender address requires SMTPUTF8");
    }

    // RFC 6531 §3.5
    static Reply recipientNotAscii() {
        return notTolerated(Deviation.UNDECLARED_UTF8, 553, "5.6.7", "Non-ASCII recipient address requires SMTPUTF8");
    }

    /// The reply to RCPT that would exceed the maximum number of recipients of the message.
    // RFC 5321 §4.5.3.1.10
    public static Reply tooManyRecipients(int limit) {
        return Reply.of(
                452,
                "4.5.3",
                "Too many recipients, limit is " + limit + " per message (relay.limits.recipients-per-message)");
    }

    static Reply limitExceeded(InetAddress client, LimitExceeded excess) {
        return Reply.of(451, "4.7.1", limitText(client, excess));
    }

    static Reply recipientLimitExceeded(InetAddress client, LimitExceeded excess) {
        return Reply.of(452, "4.7.1", limitText(client, excess));
    }

    /// @param text text that the client sent
    /// @return the first 80 characters, with `?` in place of characters other than printable ASCII, followed by
    ///     `...` if the text is longer
    public static String printable(String text) {
        StringBuilder ascii = new StringBuilder(MAX_ECHO);
        for (int i = 0; i < text.length() && i < MAX_ECHO; i++) {
            char c = text.charAt(i);
            ascii.append(c < ' ' || c > '~' ? '?' : c);
        }
        return text.length() > MAX_ECHO ? ascii.append("...").toString() : ascii.toString();
    }

    private static String limitText(InetAddress client, LimitExceeded excess) {
        String unit = excess.limit().replace('-', ' '); // for example "messages per minute"
        return "Limit of " + excess.allowed() + ' ' + unit + " exceeded for " + client.getHostAddress()
                + ", try again at " + TIME.format(nextMinute(excess.until()))
                + " (relay.trusted-networks: " + excess.limit() + ")";
    }

    private static Instant nextMinute(Instant until) {
        Instant minute = until.truncatedTo(ChronoUnit.MINUTES);
        return minute.equals(until) ? minute : minute.plus(1, ChronoUnit.MINUTES);
    }
}
