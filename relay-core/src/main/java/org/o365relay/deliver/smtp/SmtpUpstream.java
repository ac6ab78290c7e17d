package org.o365relay.deliver.smtp;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.identity.Credential;
import org.o365relay.identity.TokenSource;
import org.o365relay.mail.Recipient;
import org.o365relay.net.MailExchangers;
import org.o365relay.net.ServerTrust;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends mail to a submission server (RFC 6409) or another host, or to the mail exchangers of a domain.
/// Connections are reused. TLS is never weaker than configured: unless it is configured as
/// [SmtpUpstreamSettings.Tls#NONE], no credential is sent before TLS is established.
public final class SmtpUpstream implements Upstream {

    private static final Logger log = LoggerFactory.getLogger(SmtpUpstream.class);

    /// Time for which an offered extension is not used after a connection was lost while using it.
    private static final Duration AVOIDED_FOR = Duration.ofHours(1);

    private final SmtpUpstreamSettings settings;
    private final UpstreamConnector connector;
    private final Dialer dialer;
    private final ConnectionPool pool;
    private final InstantSource clock;
    private volatile Instant binaryAfter = Instant.MIN;
    private volatile Instant pipelinedAfter = Instant.MIN;
    private volatile Instant parametersAfter = Instant.MIN;

    /// Creates an upstream without authentication, or with a password.
    ///
    /// @throws java.io.UncheckedIOException if the trusted certificates cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains none, or if the credential
    ///     is OAuth
    public SmtpUpstream(SmtpUpstreamSettings settings, Credential credential) {
        this(settings, credential, null, new MailExchangers(), new Dialer(settings), SteadyClock.system());
        if (credential instanceof Credential.OAuth) {
            throw new IllegalArgumentException("an OAuth credential needs a source of tokens");
        }
    }

    /// Creates an upstream with OAuth.
    ///
    /// @param tokens source of access tokens for the scope of this upstream
    /// @throws java.io.UncheckedIOException if the trusted certificates cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains none
    public SmtpUpstream(SmtpUpstreamSettings settings, Credential.OAuth credential, TokenSource tokens) {
        this(settings, credential, tokens, new MailExchangers(), new Dialer(settings), SteadyClock.system());
    }

    SmtpUpstream(
            SmtpUpstreamSettings settings,
            Credential credential,
            @Nullable TokenSource tokens,
            MailExchangers exchangers,
            Dialer dialer,
            InstantSource clock) {
        this.settings = settings;
        this.dialer = dialer;
        this.clock = clock;
        this.connector = new UpstreamConnector(settings, credential, tokens, exchangers, dialer, clock);
        this.pool = new ConnectionPool(settings.idleTimeout(), settings.connections(), clock);
        ServerTrust.context(
                settings.host(), settings.trustedCertificates()); // fails at start instead of at the first attempt
    }

    @Override
    public Map<Recipient, Response> attempt(OutgoingMessage message) {
        Optional<Connection> pooled = pool.acquire(connection -> dialer.isRefused(connection.address()));
        if (pooled.isPresent()) {
            Map<Recipient, Response> responses = transact(pooled.get(), message);
            if (!SmtpTransaction.isStale(responses)) {
                return retriedOverOtherVersion(pooled.get(), message, responses);
            }
            pooled.get().abort();
        }
        return attemptOnNewConnection(message);
    }

    private Map<Recipient, Response> attemptOnNewConnection(OutgoingMessage message) {
        try {
            Connection connection = connector.connect(new ArrayList<>());
            return retriedOverOtherVersion(connection, message, transact(connection, message));
        } catch (AttemptAbortedException e) {
            Map<Recipient, Response> responses = new LinkedHashMap<>();
            message.recipients().forEach(recipient -> responses.put(recipient, e.response()));
            return responses;
        }
    }

    /// Does not use BDAT, PIPELINING or the parameters of MAIL if the upstream has recently failed to handle them:
    /// some servers and firewalls offer BDAT but never reply, or do not expect several commands at once.
    private Map<Recipient, Response> transact(Connection connection, OutgoingMessage message) {
        Instant now = clock.instant();
        boolean isText = now.isBefore(binaryAfter);
        SmtpTransaction transaction = new SmtpTransaction(
                connection,
                isText ? message.asText() : message,
                !now.isBefore(pipelinedAfter),
                !now.isBefore(parametersAfter));
        Map<Recipient, Response> responses = transaction.run();
        if (transaction.hasLostBinary()) {
            binaryAfter = avoided("BDAT", "binary messages are sent as text");
        }
        if (transaction.hasLostPipeline() && !(connection.isReused() && SmtpTransaction.isStale(responses))) {
            pipelinedAfter = avoided("PIPELINING", "commands are sent one by one");
        }
        if (transaction.wasClosedAfterParameters()) {
            parametersAfter = avoided("DSN or SIZE", "MAIL is sent without their parameters");
        }
        return responses;
    }

    private Instant avoided(String extension, String effect) {
        log.warn("{} did not handle {}; {} for {} minutes", this, extension, effect, AVOIDED_FOR.toMinutes());
        return clock.instant().plus(AVOIDED_FOR);
    }

    /// Releases the connection. If the server refused recipients because of the IP version, sends the message
    /// to them over the other version. If that is not possible, the refusals remain. If the content has already
    /// been written, which is possible only once, the other version must be used by the next attempt.
    private Map<Recipient, Response> retriedOverOtherVersion(
            Connection connection, OutgoingMessage message, Map<Recipient, Response> responses) {
        List<Recipient> refused = responses.entrySet().stream()
                .filter(each -> dialer.changesVersion(connection.address(), each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (refused.isEmpty()) {
            pool.release(connection);
            return responses;
        }
        connection.quit();
        Map<Recipient, Response> merged = new LinkedHashMap<>(responses);
        if (responses.values().stream().anyMatch(response -> response.step().compareTo(Step.RCPT) > 0)) {
            refused.forEach(recipient ->
                    merged.computeIfPresent(recipient, (_, response) -> response.withRetryAfter(Duration.ZERO)));
            return merged;
        }
        try {
            Connection other = connector.connect(new ArrayList<>());
            merged.putAll(transact(other, message.to(refused)));
            pool.release(other);
        } catch (AttemptAbortedException e) {
            log.debug(
                    "cannot connect over the other IP version: {}", e.response().reply());
        }
        return merged;
    }

    @Override
    public UpstreamCheck check() {
        List<Finding> findings = new ArrayList<>();
        try {
            connector.connect(findings).quit();
            return new UpstreamCheck(findings, null);
        } catch (AttemptAbortedException e) {
            return new UpstreamCheck(findings, e.response());
        }
    }

    @Override
    public boolean endRetryAfter() {
        return connector.endRetryAfter();
    }

    @Override
    public int connections() {
        return settings.connections();
    }

    @Override
    public String name() {
        return settings.toString();
    }

    @Override
    public void close() {
        pool.close();
        connector.close();
    }

    @Override
    public String toString() {
        return name();
    }
}
