package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.Reply;

class IpVersionTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        550 5.2.1 Mailbox cannot be accessed over IPv6                          | true
        550 5.7.1 our system has detected that this IPv6 message is unwanted    | true
        554 no mail over ipv6                                                   | true
        450 4.7.25 no reverse DNS record                                        | true
        550 5.7.26 unauthenticated mail is refused                              | true
        250 2.1.5 welcome over IPv6                                             | false
        550 5.1.1 <ipv6@x.example> unknown                                      | false
        550 5.7.1 <ipv6-team@x.example> unknown, see https://x.example/ipv6.txt | false
        550 5.1.1 the IPv6 list does not exist                                  | false
        452 4.2.2 the mailbox of the IPv6 team is full                          | false
        550 5.7.1 [IPv6:2001:db8::1] is listed                                  | false
        550 5.7.1 no mail over IPv4                                             | false
        """)
    void isRefusedOnlyByARefusalOfTheVersion(String reply, boolean refused) {
        assertThat(IpVersion.IPV6.isRefusedBy(Reply.parse(reply).orElseThrow())).isEqualTo(refused);
    }
}
