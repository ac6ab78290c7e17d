package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.admit.LimitExceeded;

/// Texts for the person who maintains the device.
class RejectRepliesTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        recipients-per-day  | 2026-11-21T14:20:00Z    | Limit of 30 recipients per day exceeded for 192.0.2.7, try again at 14:20 UTC (relay.trusted-networks: recipients-per-day)
        recipients-per-hour | 2026-11-21T14:20:00.1Z  | Limit of 30 recipients per hour exceeded for 192.0.2.7, try again at 14:21 UTC (relay.trusted-networks: recipients-per-hour)
        messages-per-minute | 2026-11-21T23:59:59Z    | Limit of 30 messages per minute exceeded for 192.0.2.7, try again at 00:00 UTC (relay.trusted-networks: messages-per-minute)
        """)
    void reportsTheExceededLimitAndWhenToRetry(String limit, Instant until, String text) {
        LimitExceeded excess = new LimitExceeded(limit, 30, until);
        assertThat(RejectReplies.limitExceeded(CLIENT, excess)).hasToString("451 4.7.1 " + text);
        assertThat(RejectReplies.recipientLimitExceeded(CLIENT, excess)).hasToString("452 4.7.1 " + text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        FOO         | FOO
        grün        | gr?n
        'a\tb'      | a?b
        """)
    void echoesAsciiOnly(String text, String printable) {
        assertThat(RejectReplies.printable(text.replace("\\t", "\t"))).isEqualTo(printable);
    }
}
