package org.o365relay.daemon.sandbox;

import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// What differs between client submission and the MX. Refusals are without the ` [HOST DATE ID]` ending.
sealed interface Door permits SubmissionDoor, MxDoor {

    Road road();

    /// The words of this server.
    Replies replies();

    SSLContext tls();

    /// @return what EHLO offers besides the usual: STARTTLS, AUTH, or nothing
    String security(Session session);

    /// What happens at MAIL.
    Optional<String> refusesSender(Session session);

    /// What happens at RCPT.
    ///
    /// @param already how many recipients there are
    Optional<String> refusesRecipient(Session session, String from, String to, int already);

    /// What happens after the content; with the ending.
    Optional<String> refusesContent(Session session, Header header, List<String> to);
}
