package org.o365relay.deliver.smtp;

import java.util.Set;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;

/// What a reply can be about, by its code and status.
final class ReplyMeaning {

    static final int BAD_SEQUENCE = 503; // RFC 5321 §4.2.2
    private static final int UNRECOGNIZED = 500; // RFC 5321 §4.2.4
    private static final int NOT_IMPLEMENTED = 502;
    private static final Set<Integer> NO_COMMAND_HERE = Set.of(NOT_IMPLEMENTED, BAD_SEQUENCE);
    private static final EnhancedStatus INVALID_COMMAND = EnhancedStatus.of("5.5.1");
    private static final Set<Integer> ADDRESS_OR_PROTOCOL = Set.of(1, 5); // RFC 3463 §3.2, §3.6
    // RFC 5321 §4.2.2: these codes, without a status, are usually about a recipient or a command
    private static final Set<Integer> RECIPIENT_OR_COMMAND = Set.of(450, 500, 501, 502, 503, 504, 550, 551, 553, 555);

    private ReplyMeaning() {}

    /// @return whether a reply says that a command of a transaction was completed. A 22x or 23x reply is not
    ///     about mail (RFC 5321 §4.2.1): it belongs to another command
    static boolean isCompletion(Reply reply) {
        int subject = reply.code() / 10 % 10;
        return reply.category() == 2 && subject != 2 && subject != 3;
    }

    /// From MAIL on, a reply that a command is unknown or out of sequence means that the server has lost the
    /// session or the transaction: it says nothing about the message. After an accepted RCPT, so does "no valid
    /// recipients" in reply to DATA (554 5.5.1, RFC 5321 §3.3). 500 can also mean that a line of the content
    /// is too long.
    static boolean isOutOfSequence(Step step, Reply reply) {
        boolean isInvalid = INVALID_COMMAND.equals(reply.status());
        return switch (step) {
            case PROXY, CONNECT, GREETING, EHLO, STARTTLS, AUTH -> false;
            case MAIL, RCPT -> reply.code() == BAD_SEQUENCE;
            case CONTENT -> isInvalid || reply.code() == UNRECOGNIZED || NO_COMMAND_HERE.contains(reply.code());
            case END_OF_CONTENT ->
                (isInvalid && reply.code() == UNRECOGNIZED) || NO_COMMAND_HERE.contains(reply.code());
        };
    }

    /// @return whether a refusal that arrives before the end of the content can be about the content. If not,
    ///     it may be a second copy of the reply to RCPT
    static boolean canBeAboutContent(Reply refusal) {
        EnhancedStatus status = refusal.status();
        return status == null
                ? !RECIPIENT_OR_COMMAND.contains(refusal.code())
                : !ADDRESS_OR_PROTOCOL.contains(status.subject());
    }
}
