package org.o365relay.deliver.smtp;

import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Xtext;

/// Formats the DSN parameters for a server that offers DSN: those the client gave, unchanged if well-formed,
/// and no others (RFC 3461 §5.2.1). No ORCPT is added: the relay changes no recipient.
final class DsnArguments {

    private DsnArguments() {}

    /// @return RET and ENVID, each preceded by a space
    static String ofMail(DsnRequest request) {
        String returned = switch (request.returned()) {
            case NOT_GIVEN -> "";
            case FULL -> " RET=FULL";
            case HEADERS -> " RET=HDRS";
        };
        return request.envelopeId().isEmpty() ? returned : returned + " ENVID=" + Xtext.encode(request.envelopeId());
    }

    /// @return NOTIFY and ORCPT, each preceded by a space
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

    /// A server may refuse the recipient because of an ORCPT that is not an address.
    private static boolean isWellFormed(OriginalRecipient original) {
        return !original.type().equals("rfc822")
                || EmailAddress.parse(original.address()).isPresent();
    }
}
