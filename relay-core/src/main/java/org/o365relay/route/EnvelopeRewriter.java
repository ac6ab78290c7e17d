package org.o365relay.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.route.RewriteRules.Decision;

/// Applies the decisions of the rewriting rules to one envelope, which may become several.
final class EnvelopeRewriter {

    private final Envelope original;
    private final List<EmailAddress> kept;
    private final Map<AddressKey, Redirection> redirections = new LinkedHashMap<>();
    private HeaderChanges changes = HeaderChanges.NONE;
    private @Nullable EmailAddress added;

    private record Redirection(EmailAddress to, List<EmailAddress> from) {}

    EnvelopeRewriter(Envelope original, List<Decision> decisions) {
        this.original = original;
        this.kept = new ArrayList<>(original.recipients());
        decisions.forEach(this::apply);
        redirections
                .values()
                .removeIf(redirection -> redirection.from().stream()
                        .allMatch(from -> from.key().equals(redirection.to().key())));
        redirections.values().forEach(redirection -> kept.removeAll(redirection.from()));
        kept.removeIf(recipient -> redirections.containsKey(recipient.key())); // one copy is enough
    }

    private void apply(Decision decision) {
        switch (decision.action()) {
            case RewriteAction.Keep _ -> {}
            case RewriteAction.FromName(String name) -> changes = changes.withFromName(name);
            case RewriteAction.ReplyTo(EmailAddress address) -> changes = changes.withReplyTo(address);
            case RewriteAction.SubjectPrefix(String prefix) -> changes = changes.withSubjectPrefix(prefix);
            case RewriteAction.AddRecipient(EmailAddress address) -> added = address;
            case RewriteAction.RedirectRecipient(EmailAddress to) ->
                redirections
                        .computeIfAbsent(to.key(), _ -> new Redirection(to, new ArrayList<>()))
                        .from()
                        .addAll(decision.recipients());
        }
    }

    List<Envelope> envelopes() {
        List<Envelope> envelopes = new ArrayList<>();
        if (!kept.isEmpty()) {
            envelopes.add(envelope(kept, requests(kept), changes));
        }
        redirections.values().forEach(redirection -> envelopes.add(redirected(redirection)));
        EmailAddress copyTo = added;
        if (copyTo != null && !isRecipient(copyTo, envelopes)) {
            addCopy(envelopes, copyTo);
        }
        return envelopes;
    }

    /// The added recipient shares the envelope of the recipients that are not redirected. If there is none, it
    /// gets one of its own, so that it does not see whose mail was redirected.
    private void addCopy(List<Envelope> envelopes, EmailAddress copyTo) {
        HeaderChanges header = changes.withAddedRecipient(copyTo);
        if (kept.isEmpty()) {
            envelopes.add(envelope(List.of(copyTo), Map.of(), header));
        } else {
            List<EmailAddress> recipients = new ArrayList<>(kept);
            recipients.add(copyTo);
            envelopes.set(0, envelope(recipients, requests(kept), header));
        }
    }

    private static boolean isRecipient(EmailAddress address, List<Envelope> envelopes) {
        return envelopes.stream()
                .flatMap(envelope -> envelope.recipients().stream())
                .anyMatch(recipient -> recipient.key().equals(address.key()));
    }

    /// The parameters of the original recipients apply to the new one if they are the same for all of them.
    private Envelope redirected(Redirection redirection) {
        List<ForRecipient> requests = redirection.from().stream()
                .map(original.dsnRequest()::of)
                .distinct()
                .toList();
        Map<EmailAddress, ForRecipient> request = requests.equals(List.of(ForRecipient.NONE)) || requests.size() > 1
                ? Map.of()
                : Map.of(redirection.to(), requests.getFirst());
        return envelope(List.of(redirection.to()), request, changes.withRedirected(redirection.from()));
    }

    private Map<EmailAddress, ForRecipient> requests(List<EmailAddress> recipients) {
        Map<EmailAddress, ForRecipient> requests =
                new HashMap<>(original.dsnRequest().recipients());
        requests.keySet().retainAll(recipients);
        return requests;
    }

    private Envelope envelope(
            List<EmailAddress> recipients, Map<EmailAddress, ForRecipient> requests, HeaderChanges header) {
        DsnRequest request = original.dsnRequest();
        return new Envelope(
                original.sender(),
                recipients,
                original.smtpUtf8() || recipients.stream().anyMatch(recipient -> !recipient.isAscii()),
                original.body(),
                new DsnRequest(request.envelopeId(), request.returned(), requests),
                header);
    }
}
