package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.mail.Reply;

/// How much the journal hears of clients that are turned away at the door.
class RejectLogTest {

    private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("2001:db8::1");
    private static final Reply REPLY = Reply.of(554, "5.7.1", "Not for you");

    private final FrontJournal journal = new FrontJournal();
    private Instant now = Instant.parse("2026-11-21T10:00:00Z");
    private final RejectLog door = new RejectLog(journal, () -> now);

    @Test
    void logsTheFirstRejectionOfAnAddressImmediately() {
        for (int i = 0; i < 1_000; i++) {
            door.rejected(ONE, REPLY);
            door.rejected(OTHER, REPLY);
        }
        assertThat(journal.rejected()).extracting(Rejected::client).containsExactly(ONE, OTHER);
    }

    @Test
    void logsTheNumberOfSuppressedRejectionsAfterAMinute() {
        for (int i = 0; i < 42; i++) {
            door.rejected(ONE, REPLY);
        }
        now = now.plus(RejectLog.INTERVAL).minusMillis(1);
        door.flush();
        assertThat(journal.rejected()).hasSize(1);

        now = now.plusMillis(1);
        door.flush();
        assertThat(journal.rejected()).hasSize(2);
        assertThat(journal.rejected().getLast().reply())
                .hasToString("554 5.7.1 Not for you (41 times since the last log line)");

        now = now.plus(Duration.ofHours(1));
        door.flush();
        assertThat(journal.rejected()).as("there is nothing more to tell").hasSize(2);
    }

    @Test
    void logsImmediatelyAgainAfterAMinuteWithoutRejections() {
        door.rejected(ONE, REPLY);
        now = now.plus(RejectLog.INTERVAL);
        door.flush();
        door.rejected(ONE, REPLY);
        assertThat(journal.rejected()).hasSize(2);
    }

    @Test
    void limitsTheNumberOfAddresses() {
        for (int i = 0; i < RejectLog.MAX_ADDRESSES * 3; i++) {
            byte[] address = {10, 0, (byte) (i >> 8), (byte) i};
            door.rejected(address(address), REPLY);
        }
        assertThat(journal.rejected()).hasSize(RejectLog.MAX_ADDRESSES);
        now = now.plus(RejectLog.INTERVAL);
        door.flush();
        door.rejected(ONE, REPLY);
        assertThat(journal.rejected()).as("there is room again").hasSize(RejectLog.MAX_ADDRESSES + 1);
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
