package org.o365relay.deliver.notify;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.Recipient;
import org.o365relay.notice.AdminWarning;
import org.o365relay.queue.Claim;

/// The email to the admin about a message that Graph has probably sent. The author is not notified, because a
/// notice might make them send the message again.
final class ProbableDeliveryWarning {

    private ProbableDeliveryWarning() {}

    static AdminWarning warning(Claim claim, List<Recipient> recipients, Verdict verdict, String upstream) {
        String to = recipients.stream()
                .map(recipient -> "<" + recipient.address() + ">")
                .collect(Collectors.joining(", "));
        String from = claim.envelope().returnPath().map(Object::toString).orElse("");
        return new AdminWarning(
                "unconfirmed." + claim.id(),
                "Probably delivered, but not confirmed: message " + claim.id(),
                List.of(
                        "Microsoft Graph (" + upstream + ") did not report whether it sent message " + claim.id()
                                + ". In such a case, Graph has usually sent it, perhaps several times. The relay does"
                                + " not repeat it again, because each repeat may reach the recipients as a further"
                                + " copy, and has not notified the author.",
                        "Received on " + claim.arrival().at().truncatedTo(ChronoUnit.SECONDS) + " from "
                                + claim.arrival().client().getHostAddress() + ", sender <" + from + ">.",
                        "Recipients: " + to,
                        "Last reply, and what the relay found in Sent Items: "
                                + verdict.response().reply(),
                        verdict.advice()));
    }
}
