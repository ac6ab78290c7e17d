package org.o365relay.sandbox.smtp;

import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.o365relay.sandbox.message.Header;
import org.o365relay.sandbox.message.Ingress;

/// The differences between client submission and the MX. Refusals are without the suffix ` [HOST DATE ID]`
/// unless stated otherwise.
sealed interface SmtpService permits SubmissionService, MxService {

    Ingress ingress();

    /// The replies of this service.
    ExchangeReplies replies();

    SSLContext tls();

    /// @return the EHLO keyword STARTTLS, or AUTH with its mechanisms; empty to offer neither
    String securityExtension(SandboxSession session);

    /// Checks MAIL.
    ///
    /// @return the refusal; empty to accept
    Optional<String> checkSender(SandboxSession session);

    /// Checks RCPT.
    ///
    /// @param accepted number of recipients already accepted
    /// @return the refusal; empty to accept
    Optional<String> checkRecipient(SandboxSession session, String from, String to, int accepted);

    /// Checks the message after its content.
    ///
    /// @return the refusal with the suffix; empty to accept
    Optional<String> checkContent(SandboxSession session, Header header, List<String> to);
}
