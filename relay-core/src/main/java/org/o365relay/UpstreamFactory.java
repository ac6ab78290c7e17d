package org.o365relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.Upstream;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.graph.GraphUpstream;
import org.o365relay.deliver.smtp.SmtpUpstream;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.ClientCertificate;
import org.o365relay.identity.Credential;
import org.o365relay.identity.Expiry;
import org.o365relay.identity.SignInService;
import org.o365relay.identity.TokenException;
import org.o365relay.journal.Journal;
import org.o365relay.ndr.NdrReaders;
import org.o365relay.ndr.NdrSettings;
import org.o365relay.ndr.SenderNotifier;
import org.o365relay.net.CertifiedKey;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;
import org.o365relay.net.UnusableKeyException;
import org.o365relay.queue.MessageQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the upstreams of roads, and owns what they share: tokens and the client for HTTPS. Nothing of that is made
/// for roads that do without.
public final class UpstreamFactory implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(UpstreamFactory.class);

    private final HttpSettings http;
    private final Path spool;
    private final InstantSource clock;
    private @Nullable SignInService signIn;
    private @Nullable Https https;

    /// @param spool a directory for large messages while Graph gets them; made when it is needed
    public UpstreamFactory(HttpSettings http, Path spool, InstantSource clock) {
        this.http = http;
        this.spool = spool;
        this.clock = clock;
    }

    /// @param road one of the mailbox's
    /// @return to be closed by the caller
    /// @throws UncheckedIOException if a file it needs cannot be read, or the spool cannot be made
    /// @throws IllegalArgumentException if there is no certificate in a file that should have some
    public Upstream of(MailboxSettings mailbox, UpstreamSettings road) {
        return switch (road) {
            case UpstreamSettings.Smtp smtp -> smtp(smtp);
            case UpstreamSettings.Graph graph -> graph(mailbox, graph);
        };
    }

    /// @return reads the reports of these mailboxes; to be closed by the caller
    /// @throws UncheckedIOException if a file it needs cannot be read
    NdrReaders ndrReaders(List<NdrSettings> reports, MessageQueue queue, SenderNotifier authors, Journal journal) {
        return new NdrReaders(
                reports,
                source -> signIn().tokens(source.credential(), source.scope()),
                https(),
                queue,
                authors,
                journal,
                clock);
    }

    /// @return when what the road signs in with ends; empty if it does not, or nobody knows
    /// @throws TokenException if it cannot be read
    public Optional<Expiry> expiry(UpstreamSettings road) throws TokenException {
        if (road.credential() instanceof Credential.OAuth oauth) {
            return signIn().expiry(oauth);
        }
        return road instanceof UpstreamSettings.Smtp smtp
                ? Optional.ofNullable(smtp.upstream().clientCertificate()).flatMap(UpstreamFactory::expiry)
                : Optional.empty();
    }

    private static Optional<Expiry> expiry(ClientCertificate shown) {
        try {
            Instant end = CertifiedKey.read(shown.certificate(), shown.key(), null)
                    .certificate()
                    .getNotAfter()
                    .toInstant();
            return Optional.of(new Expiry(
                    Expiry.Kind.CONNECTOR_CERTIFICATE, shown.certificate().toString(), end));
        } catch (UnusableKeyException e) {
            log.warn("the certificate for the connector cannot be used: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /// Begins to renew tokens ahead of time.
    void start() {
        if (signIn != null) {
            signIn.start();
        }
    }

    private Upstream smtp(UpstreamSettings.Smtp road) {
        return switch (road.credential()) {
            case Credential.None none -> new SmtpUpstream(road.upstream(), none);
            case Credential.Password password -> new SmtpUpstream(road.upstream(), password);
            case Credential.OAuth oauth ->
                new SmtpUpstream(road.upstream(), oauth, signIn().tokens(oauth, road.scope()));
        };
    }

    private Upstream graph(MailboxSettings mailbox, UpstreamSettings.Graph road) {
        Https client = https();
        createSpool();
        return new GraphUpstream(
                road.upstream(),
                signIn().tokens(road.credential(), road.scope()),
                client.client(),
                client::request,
                http,
                mailbox.limits().connections(),
                spool,
                clock);
    }

    private synchronized SignInService signIn() {
        SignInService known = signIn == null ? new SignInService(http, clock) : signIn;
        signIn = known;
        return known;
    }

    private synchronized Https https() {
        Https known = https == null ? new Https(http) : https;
        https = known;
        return known;
    }

    /// Mail is in it, so nobody else may look.
    private void createSpool() {
        try {
            Files.createDirectories(
                    spool, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the directory " + spool, e);
        }
    }

    @Override
    public void close() {
        if (signIn != null) {
            signIn.close();
        }
    }
}
