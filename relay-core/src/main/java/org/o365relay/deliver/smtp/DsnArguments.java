package org.o365relay.deliver.smtp;

import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Xtext;

/// What the sender wants to hear, passed on to a server that offers DSN: what was given as it was given if it
/// makes sense, and nothing else (RFC 3461 §5.2.1). No ORCPT is added: the relay changes no recipient.
final class DsnArguments {

    private DsnArguments() {}

    /// @return RET and ENVID, each with a blank before it
    static String ofMail(DsnRequest report) {
        String returned = switch (report.returned()) {
            case NOT_GIVEN -> "";
            case FULL -> " RET=FULL";
            case HEADERS -> " RET=HDRS";
        };
        return report.envelopeId().isEmpty() ? returned : returned + " ENVID=" + Xtext.encode(report.envelopeId());
    }

    /// @return NOTIFY and ORCPT, each with a blank before it
    static String ofRcpt(ForRecipient wishes) {
        String notify = wishes.conditions() == null ? "" : " NOTIFY=" + NotifyParameter.format(wishes.conditions());
        return notify
                + wishes.originalRecipient()
                        .filter(DsnArguments::isWellFormed)
                        .map(original -> " ORCPT=" + original.parameter())
                        .orElse("");
    }

    /// A server may refuse the recipient because of an ORCPT that names no address.
    private static boolean isWellFormed(OriginalRecipient original) {
        return !original.type().equals("rfc822")
                || EmailAddress.parse(original.address()).isPresent();
    }
}
