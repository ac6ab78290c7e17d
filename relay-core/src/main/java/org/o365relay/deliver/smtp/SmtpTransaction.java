package org.o365relay.deliver.smtp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// One message over one connection: MAIL, RCPT for each recipient, and the content with DATA (RFC 5321 §3.3) or
/// BDAT (RFC 3030 §2).
final class SmtpTransaction {

    private static final EnhancedStatus TOO_MANY_RECIPIENTS = EnhancedStatus.of("4.5.3");

    /// Maximum number of recipients whose RCPT commands are sent in one write: their replies must fit into the
    /// buffers of both sides while the server is still reading (RFC 2920 §3.1).
    private static final int MAX_PIPELINED = 100;

    private final Connection connection;
    private final Pipeline pipeline;
    private final List<Recipient> addressable; // recipients whose addresses can be sent to the server
    private final boolean mayPipeline;
    private final boolean pipelines; // MAIL, RCPT and DATA
    private final FailureReplies failures;
    private final OutgoingMessage message;
    private final Map<Recipient, Response> settled = new HashMap<>();
    private final Set<Recipient> successReported = new HashSet<>(); // the server reports success for these recipients
    private OutgoingMessage.@Nullable Content binary; // null if the message is sent as text
    private boolean usesOptionalParameters; // of DSN and SIZE
    private boolean wasClosedAfterParameters;

    /// @param mayPipeline whether commands may be sent in one write if the server offers PIPELINING
    /// @param usesOptionalParameters whether MAIL has the parameters of DSN and SIZE if the server offers them
    SmtpTransaction(
            Connection connection, OutgoingMessage message, boolean mayPipeline, boolean usesOptionalParameters) {
        this.connection = connection;
        this.pipeline = new Pipeline(connection);
        this.failures = connection.failures();
        this.message = message;
        this.binary = supportsBinary(connection) ? message.binary() : null;
        this.addressable = message.recipients().stream()
                .filter(recipient -> recipient.address().isAscii() || connection.offers("SMTPUTF8"))
                .toList();
        this.usesOptionalParameters = usesOptionalParameters;
        this.mayPipeline = mayPipeline && connection.offers("PIPELINING");
        this.pipelines = this.mayPipeline && canBePipelined();
    }

    /// A refused RCPT with parameters is repeated without them, which is too late after DATA.
    private boolean canBePipelined() {
        return !addressable.isEmpty()
                && addressable.size() <= MAX_PIPELINED
                && addressable.stream()
                        .allMatch(recipient -> dsnArguments(recipient).isEmpty());
    }

    /// @return a response for each recipient, in the order of the message's recipients
    Map<Recipient, Response> run() {
        try {
            exchange();
        } catch (AttemptAbortedException e) {
            if (pipeline.isDoubtful()) {
                settled.clear(); // the refusals may belong to other recipients
            }
            settleRest(e.response());
        }
        Map<Recipient, Response> ordered = new LinkedHashMap<>();
        message.recipients().forEach(recipient -> ordered.put(recipient, settled.get(recipient)));
        return ordered;
    }

    /// @return whether the connection was lost while the content was sent with BDAT, or before the reply
    boolean hasLostBinary() {
        return binary != null
                && settled.values().stream()
                        .anyMatch(response -> response.origin() == Origin.NETWORK
                                && response.step().compareTo(Step.RCPT) > 0);
    }

    /// @return whether the server refused the parameters of DSN and SIZE and closed the connection
    boolean wasClosedAfterParameters() {
        return wasClosedAfterParameters;
    }

    /// @return whether the connection was lost, the replies were out of step, or the server replied 421 to RCPT or
    ///     DATA, after commands were sent in one write
    boolean hasLostPipeline() {
        return !wasClosedAfterParameters && settled.values().stream().anyMatch(this::isLostPipeline);
    }

    private boolean isLostPipeline(Response response) {
        boolean isLost = response.origin() == Origin.NETWORK;
        boolean isClosing = response.reply().code() == Received.SERVICE_CLOSING && response.step() != Step.MAIL;
        return (pipeline.isDoubtful() && (isLost || isClosing)) || (isLost && isAfterReset(response.step()));
    }

    /// @return whether RSET was sent together with the command of this step
    private boolean isAfterReset(Step step) {
        return mayPipeline && binary == null && step == Step.END_OF_CONTENT;
    }

    /// @return whether MAIL failed without a valid reply, or with 421, 451 or 503; on a pooled connection, this
    ///     usually means that the server has closed it, is about to, or has lost the session
    static boolean isStale(Map<Recipient, Response> responses) {
        return responses.values().stream()
                .allMatch(response -> response.step() == Step.MAIL
                        && (response.origin() == Origin.NETWORK || isAboutConnection(response.reply())));
    }

    /// Some Exchange servers reply 451 instead of 421 before they close an idle session; after 503, the server
    /// does not know the state of the session.
    private static boolean isAboutConnection(Reply reply) {
        return reply.code() == 421 || reply.code() == 451 || reply.code() == 503;
    }

    private void exchange() throws AttemptAbortedException {
        if (!message.sender().isAscii() && !connection.offers("SMTPUTF8")) {
            settleRest(failures.noSmtpUtf8(Step.MAIL));
            return;
        }
        OptionalLong limit = connection.extensions().sizeLimit();
        if (limit.isPresent() && message.size() > limit.getAsLong()) {
            settleRest(failures.tooLarge(message.size(), limit.getAsLong()));
            return;
        }
        Reply reply = mailFrom();
        if (reply.category() != 2) {
            Response refusal = connection.response(reply);
            pipeline.cancel();
            settleRest(refusal);
            return;
        }
        if (rcptTo().isEmpty()) {
            pipeline.cancelAfterMail();
        } else {
            Response response = content();
            successReported.forEach(recipient -> settled.putIfAbsent(recipient, withSuccessReport(response)));
            settleRest(response);
        }
    }

    /// Sends MAIL. If the reply may be a refusal of the parameters of DSN and SIZE, although the server offers
    /// these extensions, sends MAIL again without them. If the server refuses a binary message with a 5xx reply
    /// although it offers BINARYMIME, sends MAIL again to send the message as text. A refused MAIL starts no
    /// transaction, so it can be repeated.
    ///
    /// @return the reply to the last MAIL
    private Reply mailFrom() throws AttemptAbortedException {
        Reply reply = mail();
        if (!optionalParameters().isEmpty() && isAboutParameters(reply) && connection.isUsable()) {
            usesOptionalParameters = false;
            pipeline.skipRest();
            wasClosedAfterParameters = !connection.isUsable();
            if (wasClosedAfterParameters) {
                throw new AttemptAbortedException(failures.closedAfterParameters(reply));
            }
            reply = mail();
        }
        if (binary != null && reply.category() == 5 && connection.isUsable()) {
            binary = null;
            reply = mail();
        }
        return reply;
    }

    private Reply mail() throws AttemptAbortedException {
        String mail = "MAIL FROM:<" + message.sender() + ">" + parameters();
        if (pipelines && binary == null) {
            List<String> envelope = new ArrayList<>(List.of(mail));
            addressable.forEach(recipient -> envelope.add(rcpt(recipient)));
            pipeline.send(envelope);
        }
        return pipeline.command(Step.MAIL, mail);
    }

    // RFC 5321 §4.2.2 and §4.1.1.11, RFC 3463 §3.6
    private static boolean isAboutParameters(Reply reply) {
        EnhancedStatus status = reply.status();
        boolean protocol = status != null && status.subject() == 5;
        return switch (reply.code()) {
            case 500, 501, 504, 555 -> status == null || protocol; // 501 5.1.7 is about the address
            case 552 -> false; // RFC 5321 §4.5.3.1.10
            default -> reply.category() == 5 && protocol;
        };
    }

    private Response content() throws AttemptAbortedException {
        ContentTransfer transfer = new ContentTransfer(connection, mayPipeline);
        if (binary != null) {
            return transfer.sendBinary(binary);
        }
        Reply reply = pipeline.data();
        if (reply.category() < 4) {
            return transfer.send(message.content());
        }
        Response refusal = connection.response(reply);
        pipeline.cancelAfterMail();
        return refusal;
    }

    private static Response withSuccessReport(Response response) {
        return new Response(response.step(), response.reply(), response.origin(), true);
    }

    // RFC 3030 §3: BINARYMIME requires CHUNKING
    private static boolean supportsBinary(Connection connection) {
        return connection.offers("BINARYMIME") && connection.offers("CHUNKING");
    }

    private String parameters() {
        StringBuilder parameters = new StringBuilder();
        if (binary != null) {
            parameters.append(" BODY=BINARYMIME");
        } else if (connection.offers("8BITMIME")) {
            parameters.append(" BODY=8BITMIME"); // RFC 6152 §3; without 8BITMIME, the content is sent unchanged
        }
        if (connection.offers("SMTPUTF8") && needsUtf8()) {
            parameters.append(" SMTPUTF8"); // RFC 6531 §3.4
        }
        return parameters.append(optionalParameters()).toString();
    }

    private String optionalParameters() {
        if (!usesOptionalParameters) {
            return "";
        }
        // RFC 1870 §6.3: the size that is sent may be a little larger
        String size = connection.offers("SIZE") && message.size() > 0 ? " SIZE=" + message.size() : "";
        return size + (connection.offers("DSN") ? DsnArguments.ofMail(message.dsnRequest()) : "");
    }

    private boolean needsUtf8() {
        return message.smtpUtf8()
                || !message.sender().isAscii()
                || message.recipients().stream()
                        .anyMatch(recipient -> !recipient.address().isAscii());
    }

    /// @return the accepted recipients
    private List<Recipient> rcptTo() throws AttemptAbortedException {
        settleAllBut(addressable, failures.noSmtpUtf8(Step.RCPT));
        List<Recipient> accepted = new ArrayList<>();
        for (Recipient recipient : addressable) {
            Reply reply = rcptTo(recipient);
            if (reply.category() == 2) {
                accepted.add(recipient);
            } else {
                settled.put(recipient, connection.response(reply));
            }
            // RFC 5321 §4.5.3.1.10: delivers to the accepted recipients now, and to the others in the next attempt
            if (TOO_MANY_RECIPIENTS.equals(reply.status()) && !pipeline.isAwaiting()) {
                settleAllBut(accepted, connection.response(reply));
                break;
            }
        }
        return accepted;
    }

    private Reply rcptTo(Recipient recipient) throws AttemptAbortedException {
        String parameters = dsnArguments(recipient);
        Reply reply = pipeline.command(Step.RCPT, rcpt(recipient) + parameters);
        if (!parameters.isEmpty() && isAboutParameters(reply)) {
            return pipeline.command(Step.RCPT, rcpt(recipient));
        }
        ForRecipient dsn = message.dsnRequest().of(recipient.address());
        if (!parameters.isEmpty() && reply.category() == 2 && dsn.includes(NotifyCondition.SUCCESS)) {
            successReported.add(recipient);
        }
        return reply;
    }

    private static String rcpt(Recipient recipient) {
        return "RCPT TO:<" + recipient.address() + ">";
    }

    private String dsnArguments(Recipient recipient) {
        return connection.offers("DSN")
                ? DsnArguments.ofRcpt(message.dsnRequest().of(recipient.address()))
                : "";
    }

    private void settleRest(Response response) {
        settleAllBut(List.of(), response);
    }

    private void settleAllBut(List<Recipient> except, Response response) {
        message.recipients().stream()
                .filter(recipient -> !except.contains(recipient))
                .forEach(recipient -> settled.putIfAbsent(recipient, response));
    }
}
