package org.o365relay.accept;

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
import org.o365relay.queue.SpaceShortage;

/// Why a command, message or recipient is not taken, in words for whoever looks after the device; with the
/// configuration key where the admin can change it.
///
/// What does not depend on a command as it was written is open to all who want to know beforehand what a client
/// would be told.
public final class RejectReplies {

    private static final int MAX_ECHO = 80;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private RejectReplies() {}

    /// What other networks may do.
    ///
    /// @param reason what the device should do instead, or does wrong
    static Reply notTolerated(Deviation deviation, int code, String status, String reason) {
        return Reply.of(code, status, reason + " (relay.trusted-networks: tolerance, " + deviation.key() + ")");
    }

    /// @param deviation one of those the command has
    static Reply notTolerated(Deviation deviation, Command.Mail mail) {
        return deviation == Deviation.INVALID_PARAMETER
                ? notTolerated(deviation, 501, "5.5.4", badParameter(mail))
                : envelope(deviation, EnvelopeParser.unknownParameter(mail));
    }

    private static String badParameter(Command.Mail mail) {
        if (mail.declaredSize().isEmpty()) {
            return "SIZE is not a number";
        }
        return mail.bodyType().isEmpty()
                ? "BODY is neither 7BIT, 8BITMIME nor BINARYMIME"
                : mail.dsnRequest().errors().getFirst();
    }

    /// @param deviation one of those the command has
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
            return notTolerated(deviation, 555, "5.5.4", "Parameter not known: " + keyword);
        }
        String reason = deviation == Deviation.SPACE_BEFORE_ADDRESS
                ? "No space goes before the address"
                : "Addresses go between < >";
        return notTolerated(deviation, 501, "5.5.2", reason);
    }

    /// To EHLO or HELO with a name that is not tolerated.
    ///
    /// @param deviation what [HeloName#deviation] says of the name
    public static Reply invalidHelo(Deviation deviation) {
        return notTolerated(
                deviation,
                501,
                "5.5.4",
                deviation == Deviation.EMPTY_HELO
                        ? "Say EHLO or HELO with a host name"
                        : "That is neither a host name nor an address in [ ]");
    }

    /// To MAIL with a sender that has no domain, where such are not taken.
    public static Reply unqualifiedSender() {
        return notTolerated(
                Deviation.UNQUALIFIED_SENDER, 553, "5.1.7", "Not a full address: give the sender as name@domain");
    }

    /// To RCPT with a recipient that has no domain, where such are not taken.
    public static Reply unqualifiedRecipient() {
        return notTolerated(
                Deviation.UNQUALIFIED_RECIPIENT, 553, "5.1.3", "Not a full address: give the recipient as name@domain");
    }

    /// To a connection from outside the trusted networks; it is the only reply.
    public static Reply untrusted(InetAddress client) {
        return Reply.of(
                554,
                "5.7.1",
                client.getHostAddress() + " is not in this relay's trusted networks (relay.trusted-networks)");
    }

    static Reply tooManyConnections() {
        return Reply.of(421, "4.3.2", "Too many connections (relay.limits.connections)");
    }

    static Reply tooManyConnections(InetAddress client) {
        return Reply.of(
                421,
                "4.7.0",
                "Too many connections from " + client.getHostAddress() + " (relay.limits.connections-per-client)");
    }

    /// To MAIL with a larger SIZE, or to the content itself.
    ///
    /// @param limit in octets
    // RFC 1870 §6.1
    public static Reply tooLarge(long limit) {
        return Reply.of(
                552,
                "5.3.4",
                "Larger than the " + limit
                        + " octets allowed here (relay.limits.message-size, relay.trusted-networks: message-size)");
    }

    /// To MAIL, or to the content of a message that a mailbox does not take.
    ///
    /// @param target the mailbox, or the pool
    static Reply tooLargeFor(String target, long limit) {
        return Reply.of(
                552,
                "5.3.4",
                "Larger than the " + limit + " octets that " + printable(target)
                        + " takes (relay.mailboxes: limits.message-size)");
    }

    static Reply insufficientStorage(SpaceShortage shortage) {
        String reason = switch (shortage) {
            case DISK -> "The relay's disk is almost full (relay.queue.minimum-free-space)";
            case QUEUE -> "The relay's queue is full (relay.queue.maximum-size)";
        };
        return Reply.of(452, "4.3.1", reason + ", try again later");
    }

    static Reply queueWriteError() {
        return Reply.of(452, "4.3.1", "The relay cannot write to its queue, try again later");
    }

    // RFC 6531 §3.5
    static Reply senderNotAscii() {
        return notTolerated(Deviation.UNDECLARED_UTF8, 550, "5.6.7", "A sender that is not ASCII needs SMTPUTF8");
    }

    // RFC 6531 §3.5
    static Reply recipientNotAscii() {
        return notTolerated(Deviation.UNDECLARED_UTF8, 553, "5.6.7", "A recipient that is not ASCII needs SMTPUTF8");
    }

    /// To RCPT when a message has as many as it may.
    // RFC 5321 §4.5.3.1.10
    public static Reply tooManyRecipients(int limit) {
        return Reply.of(
                452, "4.5.3", "At most " + limit + " recipients a message (relay.limits.recipients-per-message)");
    }

    static Reply limitExceeded(InetAddress client, LimitExceeded overdraft) {
        return Reply.of(451, "4.7.1", text(client, overdraft));
    }

    static Reply recipientLimitExceeded(InetAddress client, LimitExceeded overdraft) {
        return Reply.of(452, "4.7.1", text(client, overdraft));
    }

    static Reply idleTimeout() {
        return Reply.of(421, "4.4.2", "Nothing heard for too long (relay.limits.idle-timeout)");
    }

    static Reply commandTimeout() {
        return Reply.of(421, "4.4.2", "A command line takes too long (relay.limits.command-timeout)");
    }

    static Reply contentTooSlow(int octetsPerSecond) {
        return Reply.of(
                421,
                "4.4.2",
                "Content comes too slowly: less than " + octetsPerSecond
                        + " octets a second (relay.limits.minimum-data-rate)");
    }

    /// @param text from the client
    /// @return fit for a reply: ASCII on one line, and no more than must be
    static String printable(String text) {
        StringBuilder ascii = new StringBuilder(MAX_ECHO);
        for (int i = 0; i < text.length() && i < MAX_ECHO; i++) {
            char c = text.charAt(i);
            ascii.append(c < ' ' || c > '~' ? '?' : c);
        }
        return text.length() > MAX_ECHO ? ascii.append("...").toString() : ascii.toString();
    }

    private static String text(InetAddress client, LimitExceeded overdraft) {
        String things = overdraft.limit().replace("-per-", " of the ");
        return client.getHostAddress() + " has used up its " + overdraft.allowed() + ' ' + things
                + "; there is room again at " + TIME.format(nextMinute(overdraft.until()))
                + " (relay.trusted-networks: " + overdraft.limit() + ")";
    }

    private static Instant nextMinute(Instant until) {
        Instant minute = until.truncatedTo(ChronoUnit.MINUTES);
        return minute.equals(until) ? minute : minute.plus(1, ChronoUnit.MINUTES);
    }
}
