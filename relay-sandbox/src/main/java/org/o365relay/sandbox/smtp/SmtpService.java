package org.o365relay.sandbox.smtp;

import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.o365relay.sandbox.message.Header;
import org.o365relay.sandbox.message.Ingress;

/// The differences between client submission and the MX.
///
/// Refusals are returned without the suffix ` [HOST DATE ID]`, unless stated otherwise.
sealed interface SmtpService permits SubmissionService, MxService {

    Ingress ingress();

    ExchangeReplies replies();

    SSLContext tls();

    /// @return the EHLO keyword: STARTTLS, or AUTH with its mechanisms; empty to offer neither
    String securityExtension(SandboxSession session);

    /// Checks the MAIL command.
    ///
    /// @return the refusal; empty to accept
    Optional<String> checkSender(SandboxSession session);

    /// Checks the RCPT command.
    ///
    /// @param accepted number of recipients that the transaction already has
    /// @return the refusal; empty to accept
    Optional<String> checkRecipient(SandboxSession session, String from, String to, int accepted);

    /// Checks the complete message.
    ///
    /// @return the complete refusal, to which no suffix is added; empty to accept
    Optional<String> checkContent(SandboxSession session, Header header, List<String> to);
}
