package org.o365relay.deliver.smtp;

import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.ClientCertificate;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Lookup;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.identity.AccessToken;
import org.o365relay.identity.Credential;
import org.o365relay.identity.TokenClaims;
import org.o365relay.identity.TokenException;
import org.o365relay.identity.TokenSource;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.net.CertifiedKey;
import org.o365relay.net.MailExchangers;
import org.o365relay.net.UnusableKeyException;

/// Opens connections and signs in. Gets the access token first, so that no connection waits for it; then
/// connects to the server or, for a domain, to the first mail exchanger that is available.
final class UpstreamConnector {

    private static final int AUTHENTICATION_FAILED = 535; // RFC 4954 §6
    private static final EnhancedStatus NO_REASON = EnhancedStatus.of("5.7.3");

    private final SmtpUpstreamSettings settings;
    private final Credential credential;
    private final @Nullable TokenSource tokens;
    private final MailExchangers exchangers;
    private final Dialer dialer;
    private final InstantSource clock;
    private final Map<SmtpUpstreamSettings, SessionSetup> setups = new ConcurrentHashMap<>();

    /// @param tokens source of access tokens; null unless the credential is OAuth
    UpstreamConnector(
            SmtpUpstreamSettings settings,
            Credential credential,
            @Nullable TokenSource tokens,
            MailExchangers exchangers,
            Dialer dialer,
            InstantSource clock) {
        this.settings = settings;
        this.credential = credential;
        this.tokens = tokens;
        this.exchangers = exchangers;
        this.dialer = dialer;
        this.clock = clock;
    }

    /// @param findings receives the result of each step
    Connection connect(List<Finding> findings) throws AttemptAbortedException {
        return switch (credential) {
            case Credential.None _ -> connect(new SaslLogin.None(), findings);
            case Credential.Password(var username, var password) ->
                connect(new SaslLogin.Password(username, password), findings);
            case Credential.OAuth _ -> connectWithToken(findings);
        };
    }

    /// Connects with a token. If the server refuses the token, which may have been revoked, and a different one
    /// can be obtained, retries once with that token.
    private Connection connectWithToken(List<Finding> findings) throws AttemptAbortedException {
        SaslLogin.Token first = login(findings);
        try {
            return connect(first, findings);
        } catch (AttemptAbortedException e) {
            if (!isTokenRefused(e.response())) {
                throw e;
            }
            tokenSource().invalidate(first.token());
            List<Finding> again = new ArrayList<>();
            SaslLogin.Token second = login(again);
            if (second.token().equals(first.token())) {
                throw withLack(e, first, findings);
            }
            findings.clear(); // the second attempt repeats all steps
            findings.addAll(again);
            return retry(second, findings);
        }
    }

    private Connection retry(SaslLogin.Token login, List<Finding> findings) throws AttemptAbortedException {
        try {
            return connect(login, findings);
        } catch (AttemptAbortedException e) {
            throw isTokenRefused(e.response()) ? withLack(e, login, findings) : e;
        }
    }

    /// Adds what the token lacks, if this is known, to a reply without a reason, because the server does not
    /// say it. The finding about the token, which comes first, becomes a failure. A token that lacks the
    /// permission but is accepted is fine: the permission is granted as a role in Exchange.
    private static AttemptAbortedException withLack(
            AttemptAbortedException refusal, SaslLogin.Token login, List<Finding> findings) {
        Optional<String> lack = NO_REASON.equals(refusal.response().reply().status())
                ? TokenClaims.lackForSmtp(login.token())
                : Optional.empty();
        if (lack.isEmpty()) {
            return refusal;
        }
        findings.set(0, findings.getFirst().asFailed());
        return new AttemptAbortedException(refusal.response().withNote(lack.get()));
    }

    private static boolean isTokenRefused(Response response) {
        return response.isFromServer() && response.reply().code() == AUTHENTICATION_FAILED;
    }

    /// Cancels a wait that the sign-in service has asked for.
    ///
    /// @return whether there was such a wait
    boolean endRetryAfter() {
        return tokens != null && tokens.endRetryAfter();
    }

    /// Ends the renewal of the access token.
    void close() {
        if (tokens != null) {
            tokens.close();
        }
    }

    private TokenSource tokenSource() {
        if (tokens == null) {
            throw new IllegalStateException("an OAuth credential without a source of tokens");
        }
        return tokens;
    }

    private SaslLogin.Token login(List<Finding> findings) throws AttemptAbortedException {
        try {
            AccessToken token = tokenSource().token();
            findings.add(new Finding(Step.AUTH, "token " + TokenClaims.summary(token)));
            return new SaslLogin.Token(credential.username(), token);
        } catch (TokenException e) {
            throw new AttemptAbortedException(new FailureReplies(settings).noToken(e));
        }
    }

    private Connection connect(SaslLogin login, List<Finding> findings) throws AttemptAbortedException {
        AttemptAbortedException last = null;
        for (SmtpUpstreamSettings server : servers(findings)) {
            try {
                return setup(server).connect(login, findings);
            } catch (AttemptAbortedException e) {
                if (!mayTryNextServer(e.response())) {
                    throw e;
                }
                last = e;
            }
        }
        throw Optional.ofNullable(last).orElseThrow();
    }

    /// Returns a cached setup, so that TLS sessions can be resumed. With a client certificate, reads the
    /// certificate again and creates a new setup each time, so that a renewed certificate is used at once.
    private SessionSetup setup(SmtpUpstreamSettings server) throws AttemptAbortedException {
        try {
            ClientCertificate certificate = server.clientCertificate();
            return certificate == null
                    ? setups.computeIfAbsent(server, each -> new SessionSetup(each, null, dialer, clock))
                    : new SessionSetup(
                            server,
                            CertifiedKey.read(certificate.certificate(), certificate.key(), null),
                            dialer,
                            clock);
        } catch (UnusableKeyException e) {
            throw new AttemptAbortedException(new FailureReplies(server).unusableCertificate(e));
        }
    }

    /// @return the server or, for a domain, its mail exchangers in order of preference (RFC 5321 §5.1)
    private List<SmtpUpstreamSettings> servers(List<Finding> findings) throws AttemptAbortedException {
        if (settings.lookup() == Lookup.HOST) {
            return List.of(settings);
        }
        try {
            List<String> hosts = exchangers.of(settings.host());
            findings.add(new Finding(
                    Step.CONNECT, "mail exchangers of " + settings.host() + ": " + String.join(", ", hosts)));
            return hosts.stream().map(settings::withHost).toList();
        } catch (UnknownHostException e) {
            throw new AttemptAbortedException(new FailureReplies(settings).noExchanger(e));
        }
    }

    /// @return whether the next mail exchanger of the domain may be tried: the attempt failed before AUTH
    ///     because of the network or TLS, or with a temporary reply from the server
    private static boolean mayTryNextServer(Response response) {
        boolean isBeforeAuth = response.step().compareTo(Step.STARTTLS) <= 0;
        return isBeforeAuth
                && (response.origin() == Origin.NETWORK || response.reply().category() == 4);
    }
}
