package org.o365relay.deliver.smtp;

import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Xtext;

/// Formats the DSN parameters of a message for a server that offers DSN (RFC 3461 §5.2.1). Parameters that the
/// message does not have, and a malformed ORCPT, are left out. A redirected recipient keeps the ORCPT of the
/// original one, unless it replaces several whose parameters differ. The relay adds no ORCPT of its own:
/// reports go to the mailbox, not to the author.
final class DsnArguments {

    private DsnArguments() {}

    /// @return RET and ENVID, each preceded by a space; empty if the message has neither
    static String ofMail(DsnRequest request) {
        String ret = switch (request.returned()) {
            case NOT_GIVEN -> "";
            case FULL -> " RET=FULL";
            case HEADERS -> " RET=HDRS";
        };
        return request.envelopeId().isEmpty() ? ret : ret + " ENVID=" + Xtext.encode(request.envelopeId());
    }

    /// @return NOTIFY and ORCPT, each preceded by a space; empty if the recipient has neither
    static String ofRcpt(ForRecipient parameters) {
        String notify =
                parameters.conditions() == null ? "" : " NOTIFY=" + NotifyParameter.format(parameters.conditions());
        return notify
                + parameters
                        .originalRecipient()
                        .filter(DsnArguments::isWellFormed)
                        .map(original -> " ORCPT=" + original.parameter())
                        .orElse("");
    }

    /// An ORCPT of type rfc822 must be an address; otherwise a server may refuse the recipient.
    private static boolean isWellFormed(OriginalRecipient original) {
        return !original.type().equals("rfc822")
                || EmailAddress.parse(original.address()).isPresent();
    }
}
