package org.o365relay.daemon.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.session.HeloName;
import org.o365relay.accept.session.RejectReplies;
import org.o365relay.accept.session.SizeLimit;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.Admission;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.MatchedRule;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// Simulates an SMTP transaction and records which configuration key determines the result of each step.
///
/// The explanation shows the limits of the device and, if its recipients are limited, how many it has used, but
/// does not enforce the limits on connections, messages per minute, and recipients per hour or day. It does not
/// check disk space or queue size.
public final class Explainer {

    private final RelaySettings settings;
    private final ExplainRequest request;
    private final List<ExplanationStep> steps = new ArrayList<>();
    private final List<EmailAddress> admitted = new ArrayList<>();
    private @Nullable EmailAddress sender;
    private @Nullable Reply rejection;

    private Explainer(RelaySettings settings, ExplainRequest request) {
        this.settings = settings;
        this.request = request;
    }

    public static Explanation explain(RelaySettings settings, ExplainRequest request) {
        return new Explainer(settings, request).explanation();
    }

    private Explanation explanation() {
        ListenerSettings listener = request.listener();
        steps.add(new ExplanationStep(
                "listener",
                listener + ", "
                        + SettingTexts.tls(listener.tls(), settings.accept().certificate() != null),
                "relay.listeners"));
        if (request.listener().trustedProxies().stream().anyMatch(proxy -> proxy.contains(request.client()))) {
            steps.add(new ExplanationStep(
                    "proxy",
                    "this is a trusted proxy, which passes on the client's address by the PROXY protocol; explain that"
                            + " address instead",
                    "relay.listeners: trusted-proxies"));
        }
        Optional<TrustedNetwork> trusted = listener.trusted().network(request.client());
        trusted.ifPresentOrElse(this::trustedNetwork, this::untrusted);
        if (trusted.isPresent() && trusted.filter(this::checkMail).isPresent()) {
            request.recipients().forEach(recipient -> checkRecipient(recipient, trusted.get()));
        }
        if (!admitted.isEmpty()) {
            steps.add(new RewritePreview(settings.mailboxes().getFirst().rewrite(), request).step(sender, admitted));
        }
        Reply reply =
                admitted.isEmpty() && rejection != null ? rejection : Reply.of(250, "2.0.0", "Queued as (queue ID)");
        return new Explanation(steps, !admitted.isEmpty(), rejection == null, reply);
    }

    private void untrusted() {
        steps.add(new ExplanationStep(
                "network",
                request.client().getHostAddress() + " is in none of " + networks() + "; the connection is rejected",
                "relay.trusted-networks"));
        rejection = RejectReplies.untrusted(request.client());
    }

    private void trustedNetwork(TrustedNetwork trusted) {
        ClientPolicy policy = trusted.policy();
        steps.add(new ExplanationStep(
                "network",
                "%s is in %s".formatted(request.client().getHostAddress(), SettingTexts.name(trusted)),
                "relay.trusted-networks: " + trusted.network()));
        steps.add(new ExplanationStep("tolerance", policy.tolerance().toString(), key(trusted, "tolerance")));
        steps.add(new ExplanationStep("login", login(policy.auth()), key(trusted, "auth")));
        steps.add(new ExplanationStep(
                "limits",
                "each device: " + SettingTexts.limits(policy.limits()) + usage(policy.limits()),
                key(trusted, "connections to recipients-per-day")));
    }

    /// @return whether HELO and MAIL are accepted; if not, the rejection is recorded
    private boolean checkMail(TrustedNetwork trusted) {
        return checkHelo(trusted) && checkSenderDomain(trusted) && checkSize(trusted) && checkSender();
    }

    private boolean checkHelo(TrustedNetwork trusted) {
        Optional<Deviation> rejected = Optional.ofNullable(request.helo())
                .flatMap(HeloName::deviation)
                .filter(deviation -> !accepts(trusted, deviation));
        rejected.ifPresent(deviation -> {
            String finding = deviation == Deviation.EMPTY_HELO
                    ? "a name is required"
                    : "'" + request.helo() + "' is neither a host name nor an address in [ ]";
            steps.add(new ExplanationStep("helo", finding, deviationKey(trusted, deviation)));
            rejection = RejectReplies.invalidHelo(deviation);
        });
        return rejected.isEmpty();
    }

    private boolean checkSenderDomain(TrustedNetwork trusted) {
        EmailAddress given = request.sender();
        if (given == null || given.isQualified() || accepts(trusted, Deviation.UNQUALIFIED_SENDER)) {
            return true;
        }
        steps.add(new ExplanationStep(
                "sender", given + " has no domain: rejected", deviationKey(trusted, Deviation.UNQUALIFIED_SENDER)));
        rejection = RejectReplies.unqualifiedSender();
        return false;
    }

    private boolean checkSize(TrustedNetwork trusted) {
        SizeLimit limit = SizeLimit.of(trusted.policy(), settings.routes());
        long maximum = limit.octets();
        boolean fits = request.size() <= maximum;
        String finding = request.size() == 0
                ? "messages up to " + SettingTexts.size(maximum) + " are accepted"
                : SettingTexts.size(request.size())
                        + (fits ? " does not exceed " : " exceeds ")
                        + SettingTexts.size(maximum);
        String key = limit.isDeviceLimit() ? key(trusted, "message-size") : "relay.mailboxes: limits.message-size";
        steps.add(new ExplanationStep("size", finding, key));
        if (!fits) {
            rejection = limit.rejection();
        }
        return fits;
    }

    private boolean checkSender() {
        EmailAddress given = request.sender();
        AdmissionRules rules = settings.accept().session().rules();
        Optional<MatchedRule> rule = rules.senderRule(request.client(), given);
        return switch (rules.sender(request.client(), given)) {
            case Admission.Admitted(EmailAddress effective) -> {
                sender = effective;
                steps.add(new ExplanationStep(
                        "sender", allowed(given, effective), decidedBy(rule, "relay.sender-rules")));
                yield true;
            }
            case Admission.Denied denied -> {
                steps.add(new ExplanationStep(
                        "sender", text(given) + " is rejected", decidedBy(rule, "relay.sender-rules")));
                rejection = denied.reply();
                yield false;
            }
        };
    }

    private void checkRecipient(EmailAddress given, TrustedNetwork trusted) {
        boolean unqualified = !given.isQualified() && !given.isBarePostmaster();
        if (unqualified && !accepts(trusted, Deviation.UNQUALIFIED_RECIPIENT)) {
            reject(given, RejectReplies.unqualifiedRecipient(), deviationKey(trusted, Deviation.UNQUALIFIED_RECIPIENT));
            return;
        }
        AdmissionRules rules = settings.accept().session().rules();
        Optional<MatchedRule> rule = rules.recipientRule(request.client(), given);
        switch (rules.recipient(request.client(), given)) {
            case Admission.Admitted(EmailAddress effective) ->
                admit(given, effective == null ? given : effective, rule);
            case Admission.Denied denied ->
                reject(
                        given,
                        denied.reply(),
                        denied.equals(Admission.Denied.UNQUALIFIED)
                                ? "relay.default-domain"
                                : decidedBy(rule, "relay.recipient-rules"));
        }
    }

    private void admit(EmailAddress given, EmailAddress effective, Optional<MatchedRule> rule) {
        int maximum = settings.accept().session().limits().recipients();
        if (!admitted.contains(effective) && admitted.size() >= maximum) {
            reject(given, RejectReplies.tooManyRecipients(maximum), "relay.limits.recipients-per-message");
            return;
        }
        admitted.add(effective);
        String key = given.isBarePostmaster()
                ? "mail to postmaster is always accepted: RFC 5321 §4.5.1"
                : decidedBy(rule, "relay.recipient-rules");
        steps.add(new ExplanationStep("recipient", allowed(given, effective), key));
    }

    private void reject(EmailAddress recipient, Reply reply, String key) {
        steps.add(new ExplanationStep("recipient", recipient + " is rejected: " + reply, key));
        rejection = reply;
    }

    private String login(AuthPolicy auth) {
        boolean secure = request.listener().tls() == ListenerTls.IMPLICIT;
        String when = secure || settings.accept().session().authWithoutTls() ? "" : " after STARTTLS";
        return switch (auth) {
            case NONE -> "not offered, not required";
            case ACCEPT_ANY -> "offered, any credentials are accepted";
            case REQUIRED ->
                "required" + when
                        + ", with a user name and password from the users file; the next steps assume that it succeeds";
        };
    }

    private String usage(DeviceLimits limits) {
        Long used = request.recipientsUsed();
        if (used == null) {
            return "";
        }
        String limit = limits.recipientsPerDay() == null ? "" : " of " + limits.recipientsPerDay();
        return "; %s has used %d%s recipients in the last 24 hours"
                .formatted(request.client().getHostAddress(), used, limit);
    }

    private String networks() {
        return String.join(
                ", ",
                request.listener().trusted().networks().stream()
                        .map(trusted -> trusted.network().toString())
                        .toList());
    }

    private String allowed(@Nullable EmailAddress given, @Nullable EmailAddress effective) {
        if (text(given).equals(text(effective))) {
            return text(given) + " is allowed";
        }
        boolean completed = settings.accept().session().rules().defaultDomain() != null;
        String why = completed ? " (relay.default-domain)" : " (relay.notices.admin, else the mailbox)";
        return text(given) + " is changed to " + text(effective) + why + " and is allowed";
    }

    private static String text(@Nullable EmailAddress address) {
        return address == null ? "the null sender <>" : address.toString();
    }

    private static String decidedBy(Optional<MatchedRule> rule, String key) {
        return rule.map(MatchedRule::toString).orElse("no rule of " + key + " matches");
    }

    private static String key(TrustedNetwork trusted, String key) {
        return "relay.trusted-networks: " + trusted.network() + ", " + key;
    }

    private static String deviationKey(TrustedNetwork trusted, Deviation deviation) {
        return key(trusted, "tolerance, " + deviation.key());
    }

    private static boolean accepts(TrustedNetwork trusted, Deviation deviation) {
        return trusted.policy().tolerance().accepts(deviation);
    }
}
