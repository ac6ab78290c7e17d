package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.sandbox.SandboxFixture.MESSAGE;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.sandbox.fault.Fault;

final class FaultsTest {

    @RegisterExtension
    static final SandboxFixture SANDBOX = new SandboxFixture();

    @Test
    void refusesTheConnectionAndClosesIt() throws IOException {
        fault("connect:421 4.3.2 Service not active*1");
        try (RawClient client = RawClient.connect(SANDBOX.sandbox())) {
            assertThat(client.greeting()).startsWith("421 4.3.2 Service not active [SBXP282MB0001");
            assertThatThrownBy(client::reply).isInstanceOf(EOFException.class);
        }
        try (RawClient client = RawClient.connect(SANDBOX.sandbox())) {
            assertThat(client.greeting()).startsWith("220 ");
        }
    }

    @Test
    void refusesAuthTheGivenNumberOfTimes() throws IOException {
        fault("auth:535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."
                + " Visit https://aka.ms/smtp_auth_disabled for more information.*2");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(SANDBOX::signedIn).hasMessageContaining("disabled for the Mailbox");
        }
        SANDBOX.signedIn().close();
        assertThat(SANDBOX.sandbox().faults().pending()).isEmpty();
    }

    @Test
    void refusesOnlyTheMatchingRecipient() throws IOException {
        fault("rcpt/bad@example.org:550 5.1.10 RESOLVER.ADR.RecipientNotFound");
        try (RawClient client = SANDBOX.signedIn()) {
            client.say("MAIL FROM:<>");
            assertThat(client.say("RCPT TO:<good@example.org>")).startsWith("250 ");
            assertThat(client.say("RCPT TO:<BAD@example.org>")).startsWith("550 5.1.10 ");
            assertThat(client.say("RCPT TO:<bad@example.org>")).startsWith("550 5.1.10 ");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ehlo:451 4.7.0 Temporary server error. PRX4     | EHLO x                  | 451 4.7.0 Temporary server error. PRX4
        mail:432 4.3.2 Concurrent connections [Host=x]  | MAIL FROM:<>            | 432 4.3.2 Concurrent connections [Host=x]
        quit:250 2.0.0 no                               | QUIT                    | 250 2.0.0 no
        """)
    void injectsAReplyAtEachPoint(String fault, String command, String reply) throws IOException {
        try (RawClient client = SANDBOX.signedIn()) {
            fault(fault);
            assertThat(client.say(command)).startsWith(reply);
        }
    }

    @ParameterizedTest
    @CsvSource({"ehlo, EHLO x", "auth, AUTH XOAUTH2 x", "mail, MAIL FROM:<>", "quit, QUIT"})
    void dropsTheConnectionAtEachPoint(String step, String command) throws IOException {
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            if (step.equals("mail")) {
                client.say("AUTH LOGIN " + RawClient.base64(SandboxFixture.USER));
                client.say(RawClient.base64(SandboxFixture.PASSWORD));
            }
            fault(step + ":drop");
            assertThatThrownBy(() -> client.say(command)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void dropsTheConnectionAtData() throws IOException {
        fault("data:drop*1");
        assertThatThrownBy(SANDBOX::inContent).isInstanceOf(IOException.class);
    }

    @Test
    void dropsTheConnectionAfterTheFinalDotAndDiscardsTheMessage() throws IOException {
        int before = SANDBOX.sandbox().acceptedCount();
        fault("content:drop*1");
        sendUntilDropped();
        assertThat(SANDBOX.sandbox().acceptedCount()).isEqualTo(before);
    }

    @Test
    void dropsTheConnectionAfterAcceptingTheMessage() throws IOException {
        int before = SANDBOX.sandbox().acceptedCount();
        fault("content:drop-after-accepting*1");
        sendUntilDropped();
        assertThat(SANDBOX.sandbox().acceptedCount()).isEqualTo(before + 1);
    }

    @Test
    void refusesTheContentOfAMessageToTheMatchingRecipient() throws IOException {
        int before = SANDBOX.sandbox().acceptedCount();
        fault("content/someone@example.org:554 5.2.2 mailbox full*1");
        try (RawClient client = SANDBOX.inContent()) {
            client.send(MESSAGE + ".\r\n");
            assertThat(client.reply()).startsWith("554 5.2.2 mailbox full [");
        }
        assertThat(SANDBOX.sandbox().acceptedCount()).isEqualTo(before);
    }

    @Test
    void delaysAndContinues() throws IOException {
        fault("mail:delay 50ms*1");
        try (RawClient client = SANDBOX.signedIn()) {
            long start = System.nanoTime();
            assertThat(client.say("MAIL FROM:<>")).startsWith("250 ");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
        }
    }

    @ParameterizedTest
    @CsvSource({"starttls:hang", "handshake:hang"})
    void hangsAtStartTlsUntilTheClientCloses(String fault) throws IOException {
        fault(fault);
        try (RawClient client = RawClient.connect(SANDBOX.sandbox())) {
            client.say("EHLO x");
            client.timeOutAfter(Duration.ofMillis(100));
            assertThatThrownBy(() -> {
                        client.say("STARTTLS");
                        client.shakeHands();
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("timed out");
        }
    }

    private static void sendUntilDropped() throws IOException {
        try (RawClient client = SANDBOX.inContent()) {
            client.send(MESSAGE + ".\r\n");
            assertThatThrownBy(client::reply).isInstanceOf(IOException.class);
        }
    }

    private static void fault(String text) {
        SANDBOX.sandbox().faults().add(Fault.parse(text));
    }
}
