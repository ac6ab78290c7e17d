package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ResumeResult;
import org.o365relay.deliver.health.RequestedProbe;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.HistoryEntry;

/// Failures of the mailbox itself, and clients that are rejected.
@Timeout(60)
final class MailboxFailureTest extends EndToEnd {

    private static final String DENIED = "554 5.2.252 SendAsDenied; relay@contoso.example not allowed to send as"
            + " relay@contoso.example; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied;"
            + " Failed to process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit"
            + " message. " + "0.35250, 1.36674, ".repeat(250) + "[EndDiagnosticData]";

    private static final String OVER_QUOTA = "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException;"
            + " Failed to process message due to a permanent exception.";

    @Test
    void countsNoAttemptsUntilTheMailboxCanSignInAgain() throws Exception {
        relay.with("auth:535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.*6")
                .start();
        String first;
        try (Device device = relay.device()) {
            first = device.send("first");
            device.send("second");
            device.send("third");
        }
        relay.received(3);
        relay.journal().await("delivered", 3);

        assertThat(relay.journal().lines("blocked"))
                .singleElement()
                .asString()
                .contains("535 5.7.139", "the password is wrong or has expired");
        assertThat(relay.journal().lines("unblocked")).hasSize(1);
        assertThat(relay.journal().lines("deferred")).isEmpty();
        assertThat(relay.journal().lines("failed")).isEmpty();
        assertThat(relay.journal().lines("delivered"))
                .allSatisfy(line -> assertThat(line).contains("attempt 1:"));
        assertThat(relay.history(first))
                .extracting(HistoryEntry::kind)
                .contains("postponed")
                .endsWith("delivered");
    }

    @Test
    void blocksAMailboxThatMayNotSendAsItself() throws Exception {
        relay.with("content:" + DENIED + "*2").start();
        try (Device device = relay.device()) {
            device.send("denied at first");
        }
        relay.received(1);
        assertThat(relay.journal().await("delivered", 1).getFirst()).contains("attempt 1:");
        assertThat(relay.journal().lines("blocked"))
                .singleElement()
                .asString()
                .contains("554 5.2.252 SendAsDenied", "[EndDiagnosticData]");
        assertThat(relay.journal().lines("failed")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry", "resume"})
    void deliversAtOnceWhenAnOperatorRetriesAMailboxOverItsQuota(String command) throws Exception {
        relay.with("content:" + OVER_QUOTA + "*1").start();
        try (Device device = relay.device()) {
            device.send("over the quota");
        }
        relay.journal().await("blocked", 1);
        EmailAddress mailbox = EmailAddress.parse(ConfigText.MAILBOX).orElseThrow();

        ResumeResult probes = command.equals("retry")
                ? relay.operations().retry(mailbox, "olga")
                : relay.operations().resume(mailbox, "olga");

        assertThat(probes.probes()).extracting(RequestedProbe::method).containsExactly(RequestedProbe.Method.MESSAGE);
        relay.received(1);
        assertThat(relay.journal().await("delivered", 1).getFirst()).contains("attempt 1:");
        assertThat(relay.journal().lines("retried")).containsExactly("retried " + mailbox + " by olga");
    }

    @Test
    void rejectsAnUntrustedClient() throws Exception {
        relay.start("relay.trusted-networks = [ \"192.0.2.0/24\" ]");
        try (Device stranger = relay.device()) {
            assertThat(stranger.greeting()).startsWith("554 5.7.1 127.0.0.1: Relay access denied");
        }
        relay.journal().await("rejected 127.0.0.1", 1);
    }

    @Test
    void rejectsAMessageThatIsTooLargeAndAcceptsTheNextOne() throws Exception {
        relay.start("relay.limits.message-size = 64KiB");
        try (Device device = relay.device()) {
            device.say("EHLO mfp");
            assertThat(device.say("MAIL FROM:<scan@contoso.example> SIZE=65537"))
                    .startsWith("552 5.3.4");
            device.begin();
            device.write("Subject: large\r\n\r\n" + "0123456789\r\n".repeat(20_000));
            assertThat(device.say(".")).startsWith("552 5.3.4");
            device.send("small");
        }
        assertThat(relay.received(1).getFirst().subject()).isEqualTo("small");
        assertThat(relay.journal().lines("accepted")).hasSize(1);
    }
}
