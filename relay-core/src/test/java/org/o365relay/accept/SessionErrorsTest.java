package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.o365relay.admit.Device;
import org.o365relay.admit.Devices;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// What is counted and told.
class SessionErrorsTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    private final Devices devices = new Devices(InstantSource.fixed(TestRelayFront.NOW));
    private final Device device = devices.at(CLIENT);
    private final FrontJournal journal = new FrontJournal();
    private final SessionErrors conduct =
            new SessionErrors(new Client(CLIENT, FrontSettings.DEFAULTS.policy(), device, ListenerTls.OFF), journal);

    @Test
    void tellsTheJournalOfAnOverdraft() {
        LimitExceeded overdraft = new LimitExceeded("recipients-per-day", 2, Instant.parse("2026-11-21T14:20:00Z"));
        Reply reply = RejectReplies.recipientOverdrawn(CLIENT, overdraft);
        EmailAddress recipient = EmailAddress.parse("b@contoso.test").orElseThrow();
        SessionAction answer =
                conduct.overdrawn(null, recipient, new EnvelopePolicy.Verdict.Overdrawn(overdraft, reply));
        assertThat(answer).isEqualTo(new SessionAction.Say(reply));
        assertThat(journal.overdrawn())
                .containsExactly(new Journal.ExceededLimit(
                        CLIENT, "", "", null, recipient, "recipients-per-day", overdraft.until(), reply));
        assertThat(journal.rejected()).isEmpty();
        assertThat(devices.records().getFirst().refusals()).isOne();
    }

    @Test
    void tellsTheJournalOfTwentyRefusalsOfASessionAndThenHowManyMore() {
        EmailAddress recipient = EmailAddress.parse("b@contoso.test").orElseThrow();
        LimitExceeded overdraft = new LimitExceeded("recipients-per-day", 2, Instant.parse("2026-11-21T14:20:00Z"));
        Reply reply = RejectReplies.recipientOverdrawn(CLIENT, overdraft);
        conduct.called("printer");
        for (int i = 0; i < 500; i++) {
            conduct.refuse(null, recipient, Reply.of(550, "5.7.1", "Not there"));
            conduct.overdrawn(null, recipient, new EnvelopePolicy.Verdict.Overdrawn(overdraft, reply));
        }
        conduct.sendAway(Reply.of(421, "4.7.0", "Enough"));
        assertThat(journal.rejected()).hasSize(SessionErrors.MOST_TOLD / 2);
        assertThat(journal.overdrawn()).hasSize(SessionErrors.MOST_TOLD / 2);

        conduct.ended();
        conduct.ended();
        Reply last = Reply.of(421, "4.7.0", "Enough (the last of 981 more refusals in this session)");
        assertThat(journal.rejected())
                .hasSize(SessionErrors.MOST_TOLD / 2 + 1)
                .endsWith(new FrontJournal.Rejected(CLIENT, "printer", null, null, last));
        assertThat(devices.records().getFirst().refusals()).isEqualTo(1_001);
    }

    @Test
    void tellsNothingAtTheEndOfASessionOfWhichAllIsTold() {
        for (int i = 0; i < SessionErrors.MOST_TOLD; i++) {
            conduct.refuse(null, null, Reply.of(550, "5.7.1", "Not there"));
        }
        conduct.ended();
        assertThat(journal.rejected()).hasSize(SessionErrors.MOST_TOLD);
    }

    @Test
    void countsAllDeviationsEvenIfTheFirstIsRefused() {
        assertThat(conduct.refusedOf(EnumSet.of(Deviation.BAD_PARAMETER, Deviation.NO_BRACKETS)))
                .contains(Deviation.BAD_PARAMETER);
        assertThat(devices.records().getFirst().deviations())
                .containsKeys(Deviation.NO_BRACKETS, Deviation.BAD_PARAMETER);
    }

    @Test
    void refusesNothingOfACleanCommand() {
        assertThat(conduct.refusedOf(Set.of())).isEmpty();
        assertThat(devices.records().getFirst().deviations()).isEmpty();
    }

    @Test
    void keepsTheNameOfADeviceThatOnceSaidNone() {
        conduct.called("printer");
        conduct.called("");
        assertThat(conduct.helo()).isEmpty();
        assertThat(devices.records().getFirst().helo()).isEqualTo("printer");
    }
}
