package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.o365relay.accept.FrontJournal;
import org.o365relay.accept.FrontSettings;
import org.o365relay.accept.TestRelayFront;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.Device;
import org.o365relay.admit.Devices;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.MoreRejected;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.time.SteadyClock;

/// What is counted and logged.
class SessionErrorsTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    private final Devices devices = new Devices(SteadyClock.following(InstantSource.fixed(TestRelayFront.NOW)));
    private final Device device = devices.at(CLIENT);
    private final FrontJournal journal = new FrontJournal();
    private final Client client = new Client(CLIENT, FrontSettings.DEFAULTS.policy(), device, ListenerTls.OFF);
    private final ClientState state = new ClientState(client);
    private final RejectLog log = new RejectLog(journal, RejectLog.SESSION_LINES);
    private final SessionErrors errors = new SessionErrors(client, state, log);

    @Test
    void recordsAnExceededLimit() {
        LimitExceeded excess = new LimitExceeded("recipients-per-day", 2, Instant.parse("2026-11-21T14:20:00Z"));
        Reply reply = RejectReplies.recipientLimitExceeded(CLIENT, excess);
        EmailAddress recipient = EmailAddress.parse("b@contoso.test").orElseThrow();
        SessionAction answer = errors.limitExceeded(null, recipient, excess, reply);
        assertThat(answer).isEqualTo(new SessionAction.Send(reply));
        assertThat(journal.limitsExceeded())
                .containsExactly(new Event.LimitExceeded(
                        new Rejected(CLIENT, "", null, recipient, reply), "", "recipients-per-day", excess.until()));
        assertThat(journal.rejected()).isEmpty();
        assertThat(devices.records().getFirst().rejections()).isOne();
    }

    @Test
    void logsTwentyRejectionsAndThenTheNumberOfFurtherOnes() {
        EmailAddress recipient = EmailAddress.parse("b@contoso.test").orElseThrow();
        LimitExceeded excess = new LimitExceeded("recipients-per-day", 2, Instant.parse("2026-11-21T14:20:00Z"));
        Reply reply = RejectReplies.recipientLimitExceeded(CLIENT, excess);
        state.greet("printer", true);
        for (int i = 0; i < 500; i++) {
            errors.reject(null, recipient, Reply.of(550, "5.7.1", "Not there"));
            errors.limitExceeded(null, recipient, excess, reply);
        }
        errors.rejectAndClose(Reply.of(421, "4.7.0", "Enough"));
        assertThat(journal.rejected()).hasSize(RejectLog.SESSION_LINES / 2);
        assertThat(journal.limitsExceeded()).hasSize(RejectLog.SESSION_LINES / 2);

        log.flush();
        log.flush();
        Reply last = Reply.of(421, "4.7.0", "Enough");
        assertThat(journal.moreRejected()).containsExactly(new MoreRejected(CLIENT, 981, last));
        assertThat(devices.records().getFirst().rejections()).isEqualTo(1_001);
    }

    @Test
    void sharesTheLinesOfAClientBetweenItsSessions() {
        for (int i = 0; i < 100; i++) {
            SessionErrors another = new SessionErrors(client, state, log);
            for (int j = 0; j < 19; j++) {
                another.error(Reply.of(500, "5.5.1", "Command not recognized"));
            }
        }
        assertThat(journal.rejected()).hasSize(RejectLog.SESSION_LINES);
        log.flush();
        assertThat(journal.moreRejected()).extracting(MoreRejected::count).containsExactly(1_880);
    }

    @Test
    void countsAllDeviationsEvenIfTheFirstIsRefused() {
        assertThat(client.firstRefused(EnumSet.of(Deviation.INVALID_PARAMETER, Deviation.NO_BRACKETS)))
                .contains(Deviation.INVALID_PARAMETER);
        assertThat(devices.records().getFirst().deviations())
                .containsKeys(Deviation.NO_BRACKETS, Deviation.INVALID_PARAMETER);
    }

    @Test
    void refusesNothingWithoutDeviations() {
        assertThat(client.firstRefused(Set.of())).isEmpty();
        assertThat(devices.records().getFirst().deviations()).isEmpty();
    }

    @Test
    void keepsTheHeloNameOfADeviceAfterStartTls() {
        state.greet("printer", true);
        state.tlsStarted();
        assertThat(state.helo()).isEmpty();
        assertThat(devices.records().getFirst().helo()).isEqualTo("printer");
    }
}
