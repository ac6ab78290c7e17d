package org.o365relay.daemon.sandbox;

import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// What differs between client submission and the MX. Refusals are without the ` [HOST DATE ID]` ending.
sealed interface SmtpService permits SubmissionService, MxService {

    Ingress ingress();

    /// The words of this server.
    ExchangeReplies replies();

    SSLContext tls();

    /// @return what EHLO offers besides the usual: STARTTLS, AUTH, or nothing
    String securityExtension(SandboxSession session);

    /// What happens at MAIL.
    Optional<String> checkSender(SandboxSession session);

    /// What happens at RCPT.
    ///
    /// @param already how many recipients there are
    Optional<String> checkRecipient(SandboxSession session, String from, String to, int already);

    /// What happens after the content; with the ending.
    Optional<String> checkContent(SandboxSession session, Header header, List<String> to);
}
