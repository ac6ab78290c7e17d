package org.o365relay.sandbox.graph;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.o365relay.sandbox.message.Header;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.message.SandboxSubmission;
import org.o365relay.sandbox.message.SpooledContent;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.TenantSettings;
import org.o365relay.sandbox.tenant.MailboxUsage;
import org.o365relay.sandbox.tenant.SandboxState;
import org.o365relay.sandbox.tenant.SendAs;
import org.o365relay.sandbox.web.WebRequest;
import org.o365relay.sandbox.web.WebResponse;

/// Sends a message through Graph: checks the authors of the message and the quotas of the mailbox, and stores
/// the message. The recipients are those in the header.
final class GraphSubmission {

    private final SandboxState state;

    GraphSubmission(SandboxState state) {
        this.state = state;
    }

    /// @param content MIME content of the whole message, after base64 decoding
    WebResponse send(WebRequest request, SandboxMailbox mailbox, byte[] content) throws GraphRefusal, IOException {
        Header header = Header.read(new ByteArrayInputStream(content)).orElseThrow(GraphRefusal::noRecipients);
        return send(request, mailbox, header, out -> BccRemover.copyWithoutBcc(content, out));
    }

    WebResponse send(WebRequest request, SandboxMailbox mailbox, SandboxDraft draft) throws GraphRefusal, IOException {
        return send(request, mailbox, draft.header(), draft::writeTo);
    }

    @FunctionalInterface
    private interface Content {
        void writeTo(OutputStream out) throws IOException, GraphRefusal;
    }

    private WebResponse send(WebRequest request, SandboxMailbox mailbox, Header header, Content content)
            throws GraphRefusal, IOException {
        List<String> recipients = header.recipients().orElseThrow(GraphRefusal::noRecipients);
        if (recipients.isEmpty()) {
            throw GraphRefusal.noRecipients();
        }
        checkAndCount(mailbox, header, recipients.size());
        try (SpooledContent body = state.accepted().open(Long.MAX_VALUE)) {
            content.writeTo(stream(body));
            SandboxSubmission submission = new SandboxSubmission(
                    Ingress.GRAPH,
                    mailbox.address(),
                    recipients,
                    mailbox.address(),
                    "Bearer",
                    request.tls(),
                    request.client(),
                    "");
            state.accepted().store(body, submission, header, mailbox.address());
        }
        return WebResponse.empty(202);
    }

    /// Checks the authors, the storage quota of the mailbox and its limit of recipients per day, and counts the
    /// message. Messages that exceed the limit per minute are accepted without delay, because Exchange accepts
    /// them too and delivers them later.
    private void checkAndCount(SandboxMailbox mailbox, Header header, int recipients) throws GraphRefusal {
        TenantSettings settings = state.settings();
        Instant now = state.clock().instant();
        MailboxUsage usage = state.usages().of(mailbox);
        Optional<String> denied = SendAs.deniedAuthor(header, mailbox);
        if (denied.isPresent()) {
            throw new GraphRefusal(
                    403,
                    "ErrorSendAsDenied",
                    "The user account which was used to submit this request does not have the right to send mail on"
                            + " behalf of the specified sending account., Cannot submit message.");
        }
        if (mailbox.full()) {
            throw new GraphRefusal(507, "ErrorQuotaExceeded", "The mailbox has exceeded its quota.");
        }
        if (!usage.hasQuotaFor(recipients, now, settings)) {
            throw new GraphRefusal(
                    429,
                    "ErrorSubmissionQuotaExceeded",
                    "The message can't be submitted because the sender's submission" + " quota was exceeded.");
        }
        usage.submit(recipients, now, settings);
    }

    private static OutputStream stream(SpooledContent body) {
        return new OutputStream() {
            @Override
            public void write(int octet) {
                body.write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] octets, int offset, int length) {
                body.write(octets, offset, length);
            }
        };
    }
}
