package org.o365relay.deliver.smtp;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;

/// Angus Mail's SMTP client, driven command by command instead of by its `sendMessage`. That method needs MIME
/// messages, does not report which step a reply belongs to, and loses the reply to the final dot if the RSET
/// that it sends after a refusal fails.
///
/// Reports each step before it begins, and keeps the full text of the replies. In replies to AUTH and later
/// commands, credentials are redacted.
final class AngusTransport extends SMTPTransport {

    private static final int AUTHENTICATED = 235; // RFC 4954 §6
    private static final int CHALLENGE = 334; // RFC 4954 §4

    private final LayeredTls tls;
    private final SaslLogin login;
    private final Consumer<Step> onStep;
    private final List<Finding> findings;
    private final Redaction redaction = new Redaction();
    private final List<String> replies = new ArrayList<>();
    private String mechanism = "";
    private boolean startTlsSent;
    private boolean isGreeting = true;

    /// @param tls provides the socket in use
    AngusTransport(
            Session session,
            URLName upstream,
            LayeredTls tls,
            SaslLogin login,
            Consumer<Step> onStep,
            List<Finding> findings) {
        super(session, upstream);
        this.tls = tls;
        this.login = login;
        this.onStep = onStep;
        this.findings = findings;
    }

    /// @return all replies, oldest first, since the last command other than RSET and QUIT was sent; with AUTH,
    ///     they include the challenges
    synchronized List<String> replies() {
        return List.copyOf(replies);
    }

    /// @return the last of the [#replies]; empty if there is none
    synchronized String lastReply() {
        return replies.isEmpty() ? "" : replies.getLast();
    }

    /// @return the mechanism of the last AUTH command; empty before AUTH
    synchronized String mechanism() {
        return mechanism;
    }

    /// @return whether STARTTLS was sent
    synchronized boolean hasSentStartTls() {
        return startTlsSent;
    }

    /// Sends a command, in UTF-8 (RFC 6531 §3.3), and reads the reply.
    synchronized void command(Step step, String text) throws MessagingException {
        onStep.accept(step);
        replies.clear();
        simpleCommand(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends DATA. The returned stream stuffs dots (RFC 5321 §4.5.2), and sends bare CR and LF as CRLF
    /// (RFC 5321 §2.3.8).
    ///
    /// @throws MessagingException if the reply is not 354, in which case Angus sends RSET first, or if the
    ///     connection fails
    synchronized OutputStream openData() throws MessagingException {
        return data();
    }

    /// Sends the final dot.
    ///
    /// @throws MessagingException if the reply is not 250, in which case Angus sends RSET first, or if the
    ///     connection fails
    synchronized void endData() throws MessagingException, IOException {
        finishData();
    }

    /// Sends a chunk octet for octet (RFC 3030 §2), and reads the reply. Angus's own BDAT would stuff dots and
    /// change line endings.
    synchronized void bdat(byte[] octets, int length, boolean last) throws MessagingException, IOException {
        sendCommand("BDAT " + length + (last ? " LAST" : ""));
        OutputStream out = tls.top().getOutputStream();
        out.write(octets, 0, length);
        out.flush();
        readServerResponse();
    }

    @Override
    protected synchronized boolean protocolConnect(String host, int port, String user, String password)
            throws MessagingException {
        switch (login) {
            case SaslLogin.Password(var username, var secret) -> {
                String revealed = secret.reveal();
                redaction.hide(revealed);
                redaction.hideEncoded(username + '\0' + username + '\0' + revealed); // RFC 4616 §2
                return super.protocolConnect(host, port, username, revealed);
            }
            case SaslLogin.Token token -> {
                return super.protocolConnect(host, port, null, null) && authenticate(token);
            }
            case SaslLogin.None _ -> {
                return super.protocolConnect(host, port, null, null);
            }
        }
    }

    /// Sends the token on a line of its own. Angus would append it to the AUTH command, but a token of 3 KB
    /// makes that command longer than servers are required to accept (RFC 4954 §4, RFC 5321 §4.5.3.1.4).
    private boolean authenticate(SaslLogin.Token token) throws MessagingException {
        if (!supportsAuthentication("XOAUTH2")) {
            return true; // the caller checks mechanism()
        }
        redaction.hide(token.token().value().reveal());
        redaction.hideEncoded(token.initialResponse());
        int code = simpleCommand("AUTH XOAUTH2");
        if (code == CHALLENGE) {
            code = simpleCommand(
                    Base64.getEncoder().encode(token.initialResponse().getBytes(StandardCharsets.UTF_8)));
        }
        if (code == CHALLENGE) {
            code = simpleCommand(new byte[0]); // acknowledges the challenge, which contains an error in JSON
        }
        if (code != AUTHENTICATED) {
            throw new AuthenticationFailedException(lastReply());
        }
        return true;
    }

    /// Fails if EHLO is refused. Angus would continue with HELO, which offers neither STARTTLS nor AUTH.
    @Override
    protected boolean ehlo(String domain) throws MessagingException {
        if (!super.ehlo(domain)) {
            throw new MessagingException("EHLO refused");
        }
        String offered = lastReply()
                .lines()
                .skip(1)
                .map(line -> line.substring(Math.min(4, line.length())))
                .collect(Collectors.joining(", "));
        findings.add(new Finding(Step.EHLO, "offers " + (offered.isEmpty() ? "no extensions" : offered)));
        return true;
    }

    /// Prevents STARTTLS after AUTH. Angus would send it after a 530 reply to AUTH, even if TLS is already in
    /// use.
    @Override
    protected void startTLS() throws MessagingException {
        if (!mechanism.isEmpty()) {
            throw new MessagingException("no STARTTLS after AUTH");
        }
        super.startTLS();
    }

    @Override
    protected void sendCommand(String command) throws MessagingException {
        switch (command.split(" ", 2)[0]) {
            case "EHLO" -> {
                recordGreeting();
                begin(Step.EHLO);
            }
            case "STARTTLS" -> {
                begin(Step.STARTTLS);
                startTlsSent = true;
            }
            case "AUTH" -> {
                begin(Step.AUTH);
                mechanism = command.split(" ", 3)[1];
            }
            case "DATA" -> begin(Step.CONTENT);
            case "BDAT" -> begin(command.endsWith(" LAST") ? Step.END_OF_CONTENT : Step.CONTENT);
            case "." -> begin(Step.END_OF_CONTENT);
            default -> {} // RSET and QUIT belong to the preceding step
        }
        super.sendCommand(command);
    }

    @Override
    protected int readServerResponse() throws MessagingException {
        int code = super.readServerResponse();
        // Angus decodes replies as ISO-8859-1, but servers send non-ASCII text in UTF-8
        String reply =
                new String(getLastServerResponse().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        replies.add(mechanism.isEmpty() ? reply : redaction.apply(reply));
        return code;
    }

    private void recordGreeting() {
        if (isGreeting) {
            isGreeting = false;
            findings.add(new Finding(Step.GREETING, lastReply().strip()));
        }
    }

    private void begin(Step step) {
        onStep.accept(step);
        replies.clear();
    }
}
