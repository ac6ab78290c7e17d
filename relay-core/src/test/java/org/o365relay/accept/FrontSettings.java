package org.o365relay.accept;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.accept.session.SessionSettings;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AddressRule;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Network;
import org.o365relay.admit.Tolerance;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.ClaimScope;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

/// The settings of a [TestRelayFront].
///
/// @param listen a local address, as text
/// @param networks trusted networks, all with the same policy
public record FrontSettings(
        String listen,
        List<String> networks,
        ClientPolicy policy,
        AcceptSettings accept,
        long freeSpaceFloor,
        long maximumQueueSize) {

    static final String HOSTNAME = "relay.test";
    static final EmailAddress MAILBOX = EmailAddress.parse("relay@contoso.test").orElseThrow();

    static final ClaimScope SUPPLY = new ClaimScope(MAILBOX.toString(), List.of(MAILBOX.toString()));
    static final Routes ROUTES =
            new Routes(List.of(), List.of(new Target(MAILBOX.toString(), List.of(MAILBOX), Long.MAX_VALUE, null)));

    public static final FrontSettings DEFAULTS = new FrontSettings(
            "127.0.0.1",
            List.of("127.0.0.0/8", "::1"),
            new ClientPolicy(
                    "",
                    Tolerance.STANDARD,
                    AuthPolicy.NONE,
                    false,
                    40L * 1024 * 1024,
                    new DeviceLimits(50, null, null, null)),
            new AcceptSettings(
                    new SessionSettings(
                            HOSTNAME,
                            new SessionLimits(2_048, 100, 100, 100, Duration.ofMinutes(5), Duration.ofMinutes(5), 0),
                            new AdmissionRules(null, MAILBOX),
                            false,
                            ROUTES,
                            List.of(MAILBOX)),
                    null,
                    null),
            0,
            Long.MAX_VALUE / 2);

    public FrontSettings listening(String address) {
        return new FrontSettings(address, networks, policy, accept, freeSpaceFloor, maximumQueueSize);
    }

    public FrontSettings trusting(String... trusted) {
        return new FrontSettings(listen, List.of(trusted), policy, accept, freeSpaceFloor, maximumQueueSize);
    }

    public FrontSettings withFreeSpaceFloor(long octets) {
        return new FrontSettings(listen, networks, policy, accept, octets, maximumQueueSize);
    }

    public FrontSettings withMaximumQueueSize(long octets) {
        return new FrontSettings(listen, networks, policy, accept, freeSpaceFloor, octets);
    }

    public FrontSettings with(ClientPolicy changed) {
        return new FrontSettings(listen, networks, changed, accept, freeSpaceFloor, maximumQueueSize);
    }

    public FrontSettings with(AcceptSettings changed) {
        return new FrontSettings(listen, networks, policy, changed, freeSpaceFloor, maximumQueueSize);
    }

    public FrontSettings with(SessionSettings changed) {
        return with(new AcceptSettings(changed, accept.certificate(), accept.users()));
    }

    public FrontSettings with(Routes routes) {
        List<EmailAddress> mailboxes = routes.targets().stream()
                .flatMap(target -> target.mailboxes().stream())
                .toList();
        SessionSettings session = session();
        return with(new SessionSettings(
                session.hostname(), limits(), session.rules(), session.authWithoutTls(), routes, mailboxes));
    }

    /// @return the claim scope of all mailboxes and pools together
    ClaimScope supply() {
        return new ClaimScope(
                MAILBOX.toString(),
                accept.session().routes().targets().stream().map(Target::name).toList());
    }

    public FrontSettings with(SessionLimits changed) {
        SessionSettings session = session();
        return with(new SessionSettings(
                session.hostname(),
                changed,
                session.rules(),
                session.authWithoutTls(),
                session.routes(),
                session.mailboxes()));
    }

    public FrontSettings withRecipients(List<AddressRule> rules) {
        return with(new AdmissionRules(null, MAILBOX, List.of(), rules));
    }

    public FrontSettings with(AdmissionRules rules) {
        SessionSettings session = session();
        return with(new SessionSettings(
                session.hostname(), limits(), rules, session.authWithoutTls(), session.routes(), session.mailboxes()));
    }

    FrontSettings withUsers(Path users) {
        return with(new AcceptSettings(session(), accept.certificate(), users));
    }

    public FrontSettings withAuthWithoutTls() {
        SessionSettings session = session();
        return with(new SessionSettings(
                session.hostname(), limits(), session.rules(), true, session.routes(), session.mailboxes()));
    }

    public FrontSettings with(Tolerance tolerance) {
        return with(new ClientPolicy(
                policy.name(), tolerance, policy.auth(), policy.oldTls(), policy.messageSize(), policy.limits()));
    }

    public FrontSettings with(AuthPolicy auth) {
        return with(new ClientPolicy(
                policy.name(), policy.tolerance(), auth, policy.oldTls(), policy.messageSize(), policy.limits()));
    }

    public FrontSettings with(DeviceLimits limits) {
        return with(new ClientPolicy(
                policy.name(), policy.tolerance(), policy.auth(), policy.oldTls(), policy.messageSize(), limits));
    }

    public FrontSettings withMessageSize(long octets) {
        return with(new ClientPolicy(
                policy.name(), policy.tolerance(), policy.auth(), policy.oldTls(), octets, policy.limits()));
    }

    public FrontSettings withRecipients(int recipients) {
        SessionLimits limits = limits();
        return with(new SessionLimits(
                limits.commandLine(),
                recipients,
                limits.hops(),
                limits.connections(),
                limits.idleTimeout(),
                limits.commandTimeout(),
                limits.minimumDataRate()));
    }

    public FrontSettings withHops(int hops) {
        SessionLimits limits = limits();
        return with(new SessionLimits(
                limits.commandLine(),
                limits.recipients(),
                hops,
                limits.connections(),
                limits.idleTimeout(),
                limits.commandTimeout(),
                limits.minimumDataRate()));
    }

    public FrontSettings withCommand(Duration command) {
        SessionLimits limits = limits();
        return with(new SessionLimits(
                limits.commandLine(),
                limits.recipients(),
                limits.hops(),
                limits.connections(),
                limits.idleTimeout(),
                command,
                limits.minimumDataRate()));
    }

    public FrontSettings withContentRate(int octets) {
        SessionLimits limits = limits();
        return with(new SessionLimits(
                limits.commandLine(),
                limits.recipients(),
                limits.hops(),
                limits.connections(),
                limits.idleTimeout(),
                limits.commandTimeout(),
                octets));
    }

    public FrontSettings withCommandLine(int octets) {
        SessionLimits limits = limits();
        return with(new SessionLimits(
                octets,
                limits.recipients(),
                limits.hops(),
                limits.connections(),
                limits.idleTimeout(),
                limits.commandTimeout(),
                limits.minimumDataRate()));
    }

    public FrontSettings withConnections(int total, int perClient) {
        SessionLimits limits = limits();
        return with(new SessionLimits(
                        limits.commandLine(),
                        limits.recipients(),
                        limits.hops(),
                        total,
                        limits.idleTimeout(),
                        limits.commandTimeout(),
                        limits.minimumDataRate()))
                .with(new DeviceLimits(perClient, null, null, null));
    }

    public FrontSettings withIdle(Duration idle) {
        SessionLimits limits = limits();
        return with(new SessionLimits(
                limits.commandLine(),
                limits.recipients(),
                limits.hops(),
                limits.connections(),
                idle,
                limits.commandTimeout(),
                limits.minimumDataRate()));
    }

    public SessionSettings session() {
        return accept.session();
    }

    public SessionLimits limits() {
        return accept.session().limits();
    }

    InetAddress address() {
        return InetAddress.ofLiteral(listen);
    }

    TrustedNetworks trusted() {
        return new TrustedNetworks(Stream.of(networks.toArray(String[]::new))
                .map(text -> new TrustedNetwork(Network.parse(text).orElseThrow(), policy))
                .toList());
    }

    public ListenerSettings listener(int port) {
        return new ListenerSettings(new Endpoint.Tcp(address(), port), ListenerTls.OPTIONAL, trusted(), List.of());
    }
}
