package org.o365relay.deliver.smtp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.deliver.Outgoing;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.RoadCheck;
import org.o365relay.deliver.RoadCheck.Finding;
import org.o365relay.deliver.Upstream;
import org.o365relay.identity.Credential;
import org.o365relay.mail.Recipient;

/// A submission server (RFC 6409). Connections are kept and used again; TLS is never weaker than it is set, and
/// no credential leaves before TLS is up.
public final class SmtpUpstream implements Upstream {

    private final SmtpUpstreamSettings settings;
    private final SignIn signIn;
    private final Trouble trouble;
    private final Pool pool;

    /// @throws java.io.UncheckedIOException if the trusted certificates cannot be read
    /// @throws IllegalArgumentException if there is no certificate among them
    public SmtpUpstream(SmtpUpstreamSettings settings, Credential credential) {
        this.settings = settings;
        this.signIn = new SignIn(settings, credential);
        this.trouble = new Trouble(settings);
        this.pool = new Pool(settings.idleTimeout(), settings.connections());
    }

    @Override
    public Map<Recipient, Response> attempt(Outgoing message) {
        Optional<Connection> kept = pool.take();
        if (kept.isPresent()) {
            Map<Recipient, Response> responses = new Transaction(kept.get(), trouble, message).run();
            if (!Transaction.foundStale(responses)) {
                pool.give(kept.get());
                return responses;
            }
            kept.get().drop();
        }
        return attemptAnew(message);
    }

    private Map<Recipient, Response> attemptAnew(Outgoing message) {
        try {
            Connection fresh = signIn.connect(new ArrayList<>());
            Map<Recipient, Response> responses = new Transaction(fresh, trouble, message).run();
            pool.give(fresh);
            return responses;
        } catch (AttemptEnded e) {
            Map<Recipient, Response> responses = new LinkedHashMap<>();
            message.recipients().forEach(recipient -> responses.put(recipient, e.response()));
            return responses;
        }
    }

    @Override
    public RoadCheck check() {
        List<Finding> findings = new ArrayList<>();
        try {
            signIn.connect(findings).quit();
            return new RoadCheck(findings, null);
        } catch (AttemptEnded e) {
            return new RoadCheck(findings, e.response());
        }
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
    }

    @Override
    public String toString() {
        return name();
    }
}
