package org.o365relay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.alert.AlertFixture.FIRST;
import static org.o365relay.alert.AlertFixture.SECOND;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.alert.AlertFixture.DirectEmail;
import org.o365relay.journal.Event.QueueUnusable;

/// Emails about alerts while no mailbox can send, or the queue cannot be written.
class AlertMailerTest {

    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private AlertFixture fixture;

    @BeforeEach
    void open() {
        fixture = new AlertFixture(directory);
        fixture.addMailer();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void isNotUsedWhileAMailboxCanSend() {
        fixture.block(FIRST);
        fixture.pass(HOUR);
        fixture.unblock(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.directEmails).isEmpty();
        assertThat(fixture.emails(SECOND)).hasSize(2);
    }

    @Test
    void sendsOtherEmailsOnlyIfNoMailboxCan() {
        Alert expiry = new Alert("expiring secret", Instant.EPOCH, "Secret expires", "It expires.", "Make a new one.");
        List<Boolean> results = new ArrayList<>();
        assertThat(fixture.alerts().mailDirectly(expiry, FIRST, results::add)).isFalse();
        blockBoth();
        assertThat(fixture.alerts().mailDirectly(expiry, FIRST, results::add)).isTrue();
        DirectEmail email = fixture.directEmails.removeFirst();
        assertThat(email.message().alert()).isEqualTo(expiry);
        email.done().accept(true);
        assertThat(results).containsExactly(true);
    }

    @Test
    void sendsOnceIfNoMailboxCanSend() {
        blockBoth();
        fixture.pass(HOUR);
        DirectEmail email = fixture.directEmails.removeFirst();
        assertThat(email.message().alert().name()).isEqualTo("mailbox-blocked first@contoso.example");
        assertThat(email.isNeeded().getAsBoolean()).isTrue();
        email.done().accept(true);
        fixture.pass(HOUR);
        fixture.restart();
        fixture.block(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.directEmails)
                .as("neither repeated, nor after a restart")
                .isEmpty();
        fixture.unblock(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.directEmails).isEmpty();
        assertThat(fixture.emails(FIRST))
                .singleElement()
                .asString()
                .contains("Subject: Resolved: Mailbox first@contoso.example cannot send")
                .doesNotContain("No email was sent when it began");
    }

    @Test
    void offersTheEmailAgainIfItCouldNotBeSent() {
        blockBoth();
        fixture.pass(HOUR);
        assertThat(fixture.directEmails).as("the mailer retries by itself").hasSize(1);
        fixture.directEmails.removeFirst().done().accept(false);
        fixture.pass(HOUR);
        assertThat(fixture.directEmails).hasSize(1);
    }

    @Test
    void leavesTheEmailToAMailboxThatCanSendAgain() {
        blockBoth();
        fixture.pass(HOUR);
        DirectEmail email = fixture.directEmails.removeFirst();
        fixture.open.add(SECOND);
        fixture.pass(HOUR);
        assertThat(fixture.emails(SECOND)).hasSize(1);
        assertThat(email.isNeeded().getAsBoolean()).isFalse();
        email.done().accept(false);
        fixture.pass(HOUR);
        assertThat(fixture.directEmails).isEmpty();
    }

    @Test
    void isNotNeededForAnAlertThatIsOver() {
        blockBoth();
        fixture.pass(HOUR);
        fixture.unblock(FIRST);
        assertThat(fixture.directEmails.removeFirst().isNeeded().getAsBoolean()).isFalse();
    }

    @Test
    void reportsTheEndIfNoMailboxCanSend() {
        blockBoth();
        fixture.open.clear();
        fixture.alerts().raise(AlertTexts.queueLength(3));
        fixture.pass(HOUR);
        fixture.directEmails.forEach(email -> email.done().accept(true));
        fixture.directEmails.clear();
        fixture.alerts().clear("queue-length");
        fixture.pass(HOUR);
        assertThat(fixture.directEmails).singleElement().satisfies(email -> {
            assertThat(email.message().isCleared()).isTrue();
            assertThat(email.message().alert().name()).isEqualTo("queue-length");
            assertThat(email.message().isFirstEmail()).isFalse();
        });
        assertThat(fixture.emails(FIRST)).isEmpty();
    }

    @Test
    void sendsEverythingIfNoAdminIsConfigured() {
        fixture.admin = null;
        fixture.block(FIRST);
        fixture.pass(HOUR);
        fixture.directEmails.getFirst().done().accept(true);
        fixture.unblock(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.directEmails)
                .extracting(email -> email.message().isCleared())
                .containsExactly(false, true);
        assertThat(fixture.emails(SECOND)).isEmpty();
    }

    @Test
    void sendsIfTheQueueCannotBeWritten() {
        fixture.queue().close();
        fixture.events().record(new QueueUnusable("the disk failed", "Check it."));
        fixture.pass(HOUR);
        assertThat(fixture.directEmails)
                .singleElement()
                .satisfies(email -> assertThat(email.message().alert().name()).isEqualTo("queue-unusable"));
        fixture.directEmails.removeFirst().done().accept(true);
        fixture.pass(HOUR);
        assertThat(fixture.directEmails).isEmpty();
    }

    private void blockBoth() {
        fixture.open.remove(SECOND);
        fixture.block(FIRST);
    }
}
