package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.Reply;

class AddressMemoryTest {

    private long now = Long.MAX_VALUE - 1000; // System.nanoTime may overflow
    private final AddressMemory memory = new AddressMemory(() -> now);

    @Test
    void alternatesBetweenTheIpVersions() {
        assertThat(order("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"))
                .containsExactly("192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2", "192.0.2.3");
        assertThat(order("2001:db8::1", "192.0.2.1")).containsExactly("2001:db8::1", "192.0.2.1");
        assertThat(order()).isEmpty();
    }

    @Test
    void triesTheAddressThatWorkedLastFirst() {
        memory.worked(address("192.0.2.2"));
        advance(Duration.ofSeconds(1));
        memory.worked(address("2001:db8::2"));
        assertThat(order("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"))
                .containsExactly("2001:db8::2", "192.0.2.1", "2001:db8::1", "192.0.2.2");
    }

    @Test
    void triesAddressesThatFailedLastForAWhile() {
        memory.failed(address("192.0.2.1"));
        memory.failed(address("2001:db8::1"));
        assertThat(order("192.0.2.1", "192.0.2.2", "2001:db8::1"))
                .containsExactly("192.0.2.2", "192.0.2.1", "2001:db8::1");
        advance(AddressMemory.FAILED_FOR);
        assertThat(order("192.0.2.1", "192.0.2.2", "2001:db8::1"))
                .containsExactly("192.0.2.1", "2001:db8::1", "192.0.2.2");
    }

    @Test
    void usesNoRefusedIpVersionForAWhileUnlessThereIsNoOther() {
        memory.refused(IpVersion.IPV6);
        assertThat(order("2001:db8::1", "192.0.2.1")).containsExactly("192.0.2.1");
        assertThat(order("2001:db8::1")).containsExactly("2001:db8::1");
        advance(AddressMemory.REFUSED_FOR);
        assertThat(order("2001:db8::1", "192.0.2.1")).containsExactly("2001:db8::1", "192.0.2.1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        IPV6 | 550 5.2.1 Mailbox cannot be accessed over IPv6                                        | true
        IPV6 | 450 4.7.25 Access denied, sending IPv6 address [2001:db8::1] must have a reverse DNS record | true
        IPV6 | 450 4.7.26 Access denied, a message sent over IPv6 must pass either SPF or DKIM       | true
        IPV6 | 550 5.7.25 The sending address has no PTR record                                      | true
        IPV6 | 550 5.7.26 This mail has been blocked because the sender is unauthenticated           | true
        IPV6 | 550 5.7.1 Our system has detected that this does not meet IPv6 sending guidelines     | true
        IPV6 | 554 no mail from ipv6 clients                                                         | true
        IPV6 | 550 5.1.1 no such user (client [IPv6:2001:db8::1])                                    | false
        IPV6 | 550 5.2.1 Mailbox disabled                                                            | false
        IPV6 | 250 2.1.5 Recipient OK over IPv6                                                      | false
        IPV4 | 450 4.7.25 Access denied, the address has no PTR record                               | false
        IPV4 | 550 5.2.1 Mailbox cannot be accessed over IPv6                                        | false
        IPV4 | 550 5.7.1 No mail over IPv4                                                           | true
        """)
    void recognizesRepliesThatRefuseTheIpVersion(IpVersion version, String reply, boolean refused) {
        assertThat(version.isRefusedBy(Reply.parse(reply).orElseThrow())).isEqualTo(refused);
    }

    private void advance(Duration time) {
        now += time.toNanos();
    }

    private List<String> order(String... found) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String each : found) {
            addresses.add(address(each));
        }
        return memory.order(addresses).stream()
                .map(address -> address.getHostAddress().replaceFirst("(:0)+:", "::"))
                .toList();
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
