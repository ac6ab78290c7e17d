package org.o365relay.deliver;

import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Reply;

/// Changes what a verdict applies to, because of what happened to other recipients or messages, or in earlier
/// attempts.
final class Reattribution {

    private Reattribution() {}

    /// Attributes a reply at RCPT to the recipient, because other recipients of the same attempt got further. A
    /// 5xx reply is permanent unless its cause goes away with time, as a used-up quota does.
    static Verdict recipientAtFault(Verdict verdict) {
        Reply reply = verdict.response().reply();
        boolean permanent = reply.category() == 5 && verdict.probeAfter() == null;
        return verdict.withScope(Scope.RECIPIENT, permanent ? new Outcome.Failed(reply) : new Outcome.Deferred(reply));
    }

    /// Attributes the reply to the message or, at RCPT, to the recipient, because `FaultAttribution` found the
    /// message to be at fault. The message is retried until it expires.
    static Verdict messageAtFault(Verdict verdict) {
        return verdict.withScope(ResponseScope.of(verdict.response()), verdict.outcome());
    }

    /// Attributes a transaction failure to the upstream, because the relay has failed over to another
    /// upstream in the meantime.
    static Verdict upstreamAtFault(Verdict verdict) {
        return verdict.withScope(Scope.UPSTREAM, verdict.outcome());
    }

    /// Defers a recipient, so that the next attempt tries it at another upstream.
    static Verdict deferredToOtherUpstream(Verdict verdict) {
        return verdict.withScope(
                Scope.ATTEMPT, new Outcome.Deferred(verdict.response().reply()));
    }

    /// Fails the message, because Graph has probably sent it, and each further repeat might deliver another
    /// copy.
    static Verdict probablyDelivered(Verdict verdict) {
        return verdict.withScope(
                        verdict.scope(), new Outcome.Failed(verdict.response().reply()))
                .withName(Verdict.PROBABLY_DELIVERED);
    }
}
