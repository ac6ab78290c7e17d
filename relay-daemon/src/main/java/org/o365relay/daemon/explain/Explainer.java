package org.o365relay.daemon.explain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.SimulatedMessage;
import org.o365relay.accept.SimulatedSession;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.time.SteadyClock;

/// Runs a simulated SMTP session that stores nothing, and records which configuration key determines the result
/// of each step. The replies are those of a real session.
///
/// The explanation shows the limits of the device and, if its recipients are limited, how many it has used, but
/// does not enforce the limits on connections, messages per minute, and recipients per hour or day. It does not
/// check disk space, queue size or passwords.
public final class Explainer {

    private final RelaySettings settings;
    private final ExplainRequest request;
    private final SteadyClock clock;
    private final ListenerTls tls;
    private final List<ExplanationStep> steps = new ArrayList<>();

    private Explainer(RelaySettings settings, ExplainRequest request, SteadyClock clock) {
        this.clock = clock;
        this.settings = settings;
        this.request = request;
        this.tls = settings.accept().certificate() == null
                ? ListenerTls.OFF
                : request.listener().tls();
    }

    /// @param clock clock of the session
    public static Explanation explain(RelaySettings settings, ExplainRequest request, SteadyClock clock) {
        return new Explainer(settings, request, clock).explanation();
    }

    private Explanation explanation() {
        ListenerSettings listener = request.listener();
        steps.add(new ExplanationStep(
                "listener",
                listener + ", "
                        + SettingTexts.tls(listener.tls(), settings.accept().certificate() != null),
                "relay.listeners"));
        if (listener.trustedProxies().stream().anyMatch(proxy -> proxy.contains(request.client()))) {
            steps.add(new ExplanationStep(
                    "proxy",
                    "this is a trusted proxy, which passes on the client's address by the PROXY protocol; explain that"
                            + " address instead",
                    "relay.listeners: trusted-proxies"));
        }
        Optional<TrustedNetwork> trusted = listener.trusted().network(request.client());
        trusted.ifPresentOrElse(this::trustedNetwork, this::untrusted);
        try (SimulatedSession session = new SimulatedSession(
                settings.accept().session(),
                request.client(),
                trusted.map(TrustedNetwork::policy).map(this::assumingLogin).orElse(null),
                tls,
                clock)) {
            ExplainedDialogue dialogue = new ExplainedDialogue(session);
            request.script().run(dialogue, request.client(), tls);
            return explained(dialogue, trusted.orElse(null));
        }
    }

    private Explanation explained(ExplainedDialogue dialogue, @Nullable TrustedNetwork trusted) {
        List<Exchange> exchanges = dialogue.exchanges();
        CommandSteps commands = new CommandSteps(settings, request.client(), exchanges);
        if (trusted != null) {
            steps.addAll(commands.steps(trusted));
        }
        List<String> header = new ArrayList<>();
        dialogue.message().ifPresent(message -> addMessage(message, commands, header));
        boolean accepted = dialogue.message().isPresent();
        boolean acceptedForAll = accepted
                && exchanges.stream().filter(exchange -> exchange.is("RCPT")).allMatch(Exchange::isAccepted);
        String reply = exchanges.stream()
                .flatMap(exchange -> exchange.replies().stream())
                .filter(line -> accepted ? line.startsWith("250 2.0.0 Queued as") : line.matches("[45]\\d\\d .*"))
                .reduce((_, last) -> last)
                .orElse(exchanges.getLast().reply());
        return new Explanation(steps, exchanges, header, accepted, acceptedForAll, reply);
    }

    private void addMessage(SimulatedMessage message, CommandSteps commands, List<String> header) {
        MessageSteps explained =
                new MessageSteps(settings, message, request.script().hasMessage());
        try {
            steps.addAll(explained.rules(commands.recipients()));
            for (RoutedEnvelope part : message.parts()) {
                steps.addAll(explained.part(part));
                if (request.script().hasMessage()) {
                    header.addAll(explained.header(part));
                }
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // reads from memory only
        }
    }

    private void untrusted() {
        steps.add(new ExplanationStep(
                "network",
                request.client().getHostAddress() + " is in none of " + networks() + "; the connection is rejected",
                "relay.trusted-networks"));
    }

    private void trustedNetwork(TrustedNetwork trusted) {
        ClientPolicy policy = trusted.policy();
        steps.add(new ExplanationStep(
                "network",
                "%s is in %s".formatted(request.client().getHostAddress(), SettingTexts.name(trusted)),
                "relay.trusted-networks: " + trusted.network()));
        steps.add(new ExplanationStep(
                "tolerance", policy.tolerance().toString(), CommandSteps.key(trusted, "tolerance")));
        steps.add(new ExplanationStep("login", login(policy.auth()), CommandSteps.key(trusted, "auth")));
        steps.add(new ExplanationStep(
                "limits",
                "each device: " + SettingTexts.limits(policy.limits()) + usage(policy.limits()),
                CommandSteps.key(trusted, "connections to recipients-per-day")));
    }

    /// Where a login is required, possible, and made by the script, accepts any credentials or none: passwords
    /// are not checked, and [ClientScript.Commands] sends no AUTH.
    private ClientPolicy assumingLogin(ClientPolicy policy) {
        boolean secure = tls == ListenerTls.IMPLICIT || tls == ListenerTls.REQUIRED;
        boolean possible = secure || settings.accept().session().authWithoutTls();
        return policy.auth() == AuthPolicy.REQUIRED
                        && possible
                        && request.script().logsIn()
                ? new ClientPolicy(
                        policy.name(),
                        policy.tolerance(),
                        AuthPolicy.ACCEPT_ANY,
                        policy.oldTls(),
                        policy.messageSize(),
                        policy.limits())
                : policy;
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
}
