package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Recipient;
import org.o365relay.net.MailExchangers;

/// Servers that refuse mail over IPv6. The connections of these tests use IPv4; those to 2001:db8::1 pretend to
/// use IPv6.
class IpVersionRefusedTest extends SubmissionTest {

    private static final String REFUSAL = "550 5.2.1 Mailbox cannot be accessed over IPv6";

    private final List<String> connections = Collections.synchronizedList(new ArrayList<>());
    private List<String> addresses = List.of("2001:db8::1", "127.0.0.1");
    private boolean isIpv4Reachable = true;
    private long now;

    @ParameterizedTest
    @CsvSource({
        "GREETING, 554 5.7.1 No mail over IPv6",
        "EHLO, 550 5.7.25 no PTR record",
        "MAIL, '450 4.7.25 Access denied, sending IPv6 address must have reverse DNS record'",
        "RCPT, 550 5.2.1 Mailbox cannot be accessed over IPv6",
    })
    void sendsOverIpv4InTheSameAttempt(String step, String refusal) {
        server.at(step, refusal);
        SmtpUpstream upstream = dualStack();
        assertThat(send(upstream).reply().code()).isEqualTo(250);
        assertThat(send(upstream).reply().code()).isEqualTo(250);
        assertThat(connections).containsExactly("IPv6", "IPv4");
    }

    @Test
    void sendsOnlyToTheRefusedRecipientsAgain() {
        server.at("RCPT", "250 2.1.5 ok").at("RCPT", REFUSAL);
        Map<Recipient, Response> responses = dualStack().attempt(message(TEXT, "a@x.example", "b@x.example"));
        assertThat(responses.values())
                .extracting(response -> response.reply().code())
                .containsExactly(250, 550);
        Response refused = List.copyOf(responses.values()).get(1);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ZERO); // the content can be written only once
    }

    @Test
    void defersWithoutCountingIfTheContentWasRefused() {
        server.at("END", "550 5.7.26 Access denied, a message sent over IPv6 must pass either SPF or DKIM");
        SmtpUpstream upstream = dualStack();
        Verdict verdict = new FailurePolicy(new EmailAddress("relay", "contoso.example")).judge(send(upstream), false);
        assertThat(verdict.outcome()).isInstanceOf(Outcome.Deferred.class);
        assertThat(verdict.isUpstreamFault()).isTrue();
        assertThat(send(upstream).reply().code()).isEqualTo(250);
        assertThat(connections).containsExactly("IPv6", "IPv4");
    }

    @Test
    void keepsTheRefusalIfIpv4CannotBeReached() {
        isIpv4Reachable = false;
        server.at("RCPT", REFUSAL).at("RCPT", REFUSAL);
        SmtpUpstream upstream = dualStack();
        Response response = send(upstream);
        assertThat(response.reply().toString()).isEqualTo(REFUSAL);
        assertThat(send(upstream).reply().toString()).isEqualTo(REFUSAL);
        assertThat(connections).containsExactly("IPv6", "IPv6");
    }

    @Test
    void keepsTheRefusalIfThereIsNoIpv4Address() {
        addresses = List.of("2001:db8::1");
        server.at("RCPT", REFUSAL);
        assertThat(send(dualStack()).reply().toString()).isEqualTo(REFUSAL);
    }

    @Test
    void doesNotAlternateForEver() {
        for (int i = 0; i < 4; i++) {
            server.at("MAIL", i % 2 == 0 ? "450 4.7.25 no IPv6" : "450 4.7.1 no IPv4");
        }
        SmtpUpstream upstream = dualStack();
        assertThat(send(upstream).reply().toString()).isEqualTo("450 4.7.1 no IPv4");
        assertThat(connections).containsExactly("IPv6", "IPv4");
    }

    @Test
    void usesIpv6AgainAfterAWhile() {
        server.at("RCPT", REFUSAL);
        SmtpUpstream upstream = dualStack();
        send(upstream);
        server.at("MAIL", "421 4.4.1 Connection timed out"); // the pooled connection
        now += AddressMemory.REFUSED_FOR.toNanos();
        addresses = List.of("2001:db8::1");
        assertThat(send(upstream).reply().code()).isEqualTo(250);
        assertThat(connections).containsExactly("IPv6", "IPv4", "IPv6");
    }

    private static Response send(SmtpUpstream upstream) {
        return only(upstream.attempt(message(TEXT, "a@x.example")));
    }

    private SmtpUpstream dualStack() {
        SmtpUpstreamSettings settings = settings("localhost", server.port(), Tls.STARTTLS, localhost.pem());
        Dialer dialer = new Dialer(settings, this::resolve, this::connect, Duration.ofSeconds(20), () -> now);
        return opened(
                new SmtpUpstream(settings, CREDENTIAL, null, new MailExchangers(), dialer, InstantSource.system()));
    }

    private InetAddress[] resolve(String host) throws java.net.UnknownHostException {
        List<InetAddress> found = new ArrayList<>();
        for (String each : addresses) {
            found.add(InetAddress.getByName(each));
        }
        return found.toArray(InetAddress[]::new);
    }

    private Socket connect(InetSocketAddress to, Duration limit) throws IOException {
        IpVersion version = IpVersion.of(to.getAddress());
        if (version == IpVersion.IPV4 && !isIpv4Reachable) {
            throw new ConnectException("Network is unreachable");
        }
        connections.add(version.toString());
        Socket socket = new Socket() {
            @Override
            public InetAddress getInetAddress() {
                return to.getAddress();
            }
        };
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to.getPort()), (int) limit.toMillis());
        return socket;
    }
}
