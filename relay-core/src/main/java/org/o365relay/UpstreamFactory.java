package org.o365relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.graph.GraphUpstream;
import org.o365relay.deliver.smtp.SmtpUpstream;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.ClientCertificate;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.identity.Credential;
import org.o365relay.identity.Expiry;
import org.o365relay.identity.SignInService;
import org.o365relay.journal.Journal;
import org.o365relay.ndr.NdrPollers;
import org.o365relay.ndr.NdrSettings;
import org.o365relay.ndr.SenderNotifier;
import org.o365relay.net.CertifiedKey;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;
import org.o365relay.net.UnusableKeyException;
import org.o365relay.queue.NdrStore;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Creates upstreams, and owns the access tokens and the HTTPS client that the upstreams share. The tokens and
/// the client are created when they are first needed.
public final class UpstreamFactory implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(UpstreamFactory.class);

    private final HttpSettings http;
    private final Path spool;
    private final SteadyClock clock;
    private @Nullable SignInService signIn;
    private @Nullable Https https;
    private boolean isStarted;

    /// @param spool directory for large messages while they are sent through Graph; created when first needed
    public UpstreamFactory(HttpSettings http, Path spool, SteadyClock clock) {
        this.http = http;
        this.spool = spool;
        this.clock = clock;
    }

    /// @param upstream settings of one of the mailbox's upstreams
    /// @return the upstream, which the caller must close
    /// @throws UncheckedIOException if a file cannot be read, or the spool directory cannot be created
    /// @throws IllegalArgumentException if a file of trusted certificates contains no certificate
    public Upstream create(MailboxSettings mailbox, UpstreamSettings upstream) {
        return switch (upstream) {
            case UpstreamSettings.Smtp smtp -> smtp(smtp);
            case UpstreamSettings.Graph graph -> graph(mailbox, graph);
        };
    }

    /// @return pollers for the NDRs in these mailboxes, which the caller must close
    /// @throws UncheckedIOException if a file cannot be read
    /// @throws IllegalArgumentException if a file of trusted certificates contains no certificate
    NdrPollers ndrPollers(List<NdrSettings> settings, NdrStore queue, SenderNotifier notifier, Journal journal) {
        return new NdrPollers(
                settings,
                source -> signIn().tokens(source.credential(), source.scope()),
                https(),
                queue,
                notifier,
                journal,
                clock.calendar());
    }

    /// @return one entry for each use of something that may expire: the OAuth credentials and the client
    ///     certificates of the upstreams, and the credentials for reading NDRs
    public List<ExpirySource> expirySources(List<MailboxSettings> mailboxes, List<NdrSettings> ndr) {
        List<ExpirySource> sources = new ArrayList<>();
        for (MailboxSettings mailbox : mailboxes) {
            for (UpstreamSettings upstream : mailbox.upstreams()) {
                if (upstream.credential() instanceof Credential.OAuth oauth) {
                    sources.add(new ExpirySource(mailbox.address(), () -> signIn().expiry(oauth)));
                }
                if (upstream instanceof UpstreamSettings.Smtp smtp
                        && smtp.upstream().clientCertificate() != null) {
                    ClientCertificate certificate = smtp.upstream().clientCertificate();
                    sources.add(new ExpirySource(mailbox.address(), () -> expiry(certificate)));
                }
            }
        }
        for (NdrSettings each : ndr) {
            Credential.OAuth credential = each.source().credential();
            sources.add(new ExpirySource(each.mailbox(), () -> signIn().expiry(credential)));
        }
        return sources;
    }

    private static Optional<Expiry> expiry(ClientCertificate certificate) {
        try {
            Instant end = CertifiedKey.read(certificate.certificate(), certificate.key(), null)
                    .certificate()
                    .getNotAfter()
                    .toInstant();
            return Optional.of(new Expiry(
                    Expiry.Kind.CONNECTOR_CERTIFICATE, certificate.certificate().toString(), end));
        } catch (UnusableKeyException e) {
            log.warn("the client certificate of a connector cannot be used: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /// Starts renewing tokens before they expire. A second call has no effect.
    synchronized void start() {
        if (signIn != null && !isStarted) {
            signIn.start();
        }
        isStarted = true;
    }

    private Upstream smtp(UpstreamSettings.Smtp upstream) {
        return switch (upstream.credential()) {
            case Credential.None none -> new SmtpUpstream(upstream.upstream(), none);
            case Credential.Password password -> new SmtpUpstream(upstream.upstream(), password);
            case Credential.OAuth oauth ->
                new SmtpUpstream(upstream.upstream(), oauth, signIn().tokens(oauth, upstream.scope()));
        };
    }

    private Upstream graph(MailboxSettings mailbox, UpstreamSettings.Graph upstream) {
        createSpool();
        return new GraphUpstream(
                upstream.upstream(),
                signIn().tokens(upstream.credential(), upstream.scope()),
                https(),
                mailbox.limits().connections(),
                spool,
                clock);
    }

    private synchronized SignInService signIn() {
        SignInService known = signIn;
        if (known == null) {
            known = new SignInService(http, clock);
            signIn = known;
            if (isStarted) {
                known.start();
            }
        }
        return known;
    }

    private synchronized Https https() {
        Https known = https == null ? new Https(http) : https;
        https = known;
        return known;
    }

    /// Creates the spool directory. It contains mail, so only the relay's user may read it.
    private void createSpool() {
        try {
            Files.createDirectories(
                    spool, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create the directory " + spool, e);
        }
    }

    @Override
    public synchronized void close() {
        if (signIn != null) {
            signIn.close();
        }
    }
}
