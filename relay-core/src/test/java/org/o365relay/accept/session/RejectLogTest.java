package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.o365relay.accept.FrontJournal;
import org.o365relay.journal.Event.LimitExceeded;
import org.o365relay.journal.Event.MoreRejected;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.mail.Reply;

/// How many journal lines clients can cause.
class RejectLogTest {

    private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("2001:db8::1");
    private static final Reply REPLY = Reply.of(554, "5.7.1", "Not for you");
    private static final Reply LAST = Reply.of(500, "5.5.2", "What?");

    private final FrontJournal journal = new FrontJournal();
    private final RejectLog connections = new RejectLog(journal, RejectLog.CONNECTION_LINES);
    private final RejectLog sessions = new RejectLog(journal, RejectLog.SESSION_LINES);

    @Test
    void logsTheFirstRejectionOfAnAddressImmediately() {
        for (int i = 0; i < 1_000; i++) {
            reject(connections, ONE, REPLY);
            reject(connections, OTHER, REPLY);
        }
        assertThat(journal.rejected()).extracting(Rejected::client).containsExactly(ONE, OTHER);
    }

    @Test
    void logsTheNumberOfSuppressedRejectionsAfterEachInterval() {
        for (int i = 0; i < 42; i++) {
            reject(connections, ONE, REPLY);
        }
        connections.flush();
        assertThat(journal.moreRejected()).containsExactly(new MoreRejected(ONE, 41, REPLY));

        reject(connections, ONE, LAST);
        connections.flush();
        assertThat(journal.rejected())
                .as("the summary counts as the line of the new interval")
                .hasSize(1);
        assertThat(journal.moreRejected())
                .endsWith(new MoreRejected(ONE, 1, LAST))
                .hasSize(2);

        connections.flush();
        connections.flush();
        assertThat(journal.moreRejected()).as("no new rejections").hasSize(2);
    }

    @Test
    void logsImmediatelyAgainAfterAnIntervalWithoutRejections() {
        reject(connections, ONE, REPLY);
        connections.flush();
        reject(connections, ONE, REPLY);
        assertThat(journal.rejected()).hasSize(2);
    }

    @Test
    void logsTwentyLinesOfAClientHoweverManySessionsItHas() {
        for (int i = 0; i < 1_234; i++) {
            reject(sessions, ONE, REPLY);
            sessions.record(new LimitExceeded(rejected(ONE, LAST), "", "messages-per-minute", Instant.EPOCH));
        }
        assertThat(journal.rejected().size() + journal.limitsExceeded().size()).isEqualTo(20);
        sessions.flush();
        assertThat(journal.moreRejected()).containsExactly(new MoreRejected(ONE, 2_448, LAST));
        for (int i = 0; i < 100; i++) {
            reject(sessions, ONE, REPLY);
        }
        assertThat(journal.rejected().size() + journal.limitsExceeded().size())
                .as("twenty again, including the summary")
                .isEqualTo(39);
    }

    @Test
    void countsTheAddressesOfAnIpv6NetworkAsOneClient() {
        for (int i = 0; i < 100; i++) {
            reject(connections, InetAddress.ofLiteral("2001:db8::" + i), REPLY);
        }
        reject(connections, InetAddress.ofLiteral("2001:db8:0:1::1"), REPLY);
        assertThat(journal.rejected()).hasSize(2);
    }

    @Test
    void limitsTheNumberOfAddresses() {
        for (int i = 0; i < RejectLog.MAX_CLIENTS * 3; i++) {
            reject(connections, address(i), REPLY);
        }
        assertThat(journal.rejected()).hasSize(RejectLog.MAX_CLIENTS);
        connections.flush();
        assertThat(journal.moreRejected()).containsExactly(new MoreRejected(null, 2 * RejectLog.MAX_CLIENTS, REPLY));
        reject(connections, ONE, REPLY);
        assertThat(journal.rejected()).as("after the flush").hasSize(RejectLog.MAX_CLIENTS + 1);
    }

    @Test
    void limitsTheLinesOfAllAddressesTogether() {
        for (int line = 0; line < RejectLog.SESSION_LINES; line++) {
            for (int i = 0; i < RejectLog.MAX_CLIENTS * 2; i++) {
                reject(sessions, address(i), REPLY);
            }
        }
        assertThat(journal.rejected()).hasSize(RejectLog.MAX_CLIENTS + RejectLog.MAX_FURTHER_LINES);
        sessions.flush();
        int more = journal.moreRejected().stream().mapToInt(MoreRejected::count).sum();
        assertThat(journal.rejected().size() + more)
                .as("all are counted")
                .isEqualTo(RejectLog.SESSION_LINES * RejectLog.MAX_CLIENTS * 2);
    }

    private static void reject(RejectLog log, InetAddress client, Reply reply) {
        log.record(rejected(client, reply));
    }

    private static Rejected rejected(InetAddress client, Reply reply) {
        return new Rejected(client, "", null, null, reply);
    }

    private static InetAddress address(int number) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >> 8), (byte) number});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
