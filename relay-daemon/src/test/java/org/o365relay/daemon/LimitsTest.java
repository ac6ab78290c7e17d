package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.o365relay.Effort;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.settings.SandboxLimits;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;
import org.o365relay.sandbox.tenant.MailboxUsage;

/// The relay keeps within what Microsoft allows, and asks for no more tokens than it needs.
@Timeout(60)
final class LimitsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private RelayFixture relay;

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void requestsOneTokenForFiftySimultaneousDeliveries() throws Exception {
        open(whole());
        relay.start(mailbox(Ingress.SMTP, "limits { messages-per-minute = 100000, burst = 1000, connections = 50 }"));

        send(50, 1);

        assertThat(relay.received(50)).extracting(AcceptedMessage::mechanism).containsOnly("XOAUTH2");
        assertThat(relay.office().usage(ConfigText.MAILBOX).peakConnections()).isGreaterThan(10);
        assertThat(relay.office().callCounts().of("client_credentials")).isEqualTo(1);
    }

    @Test
    void renewsATokenThatExpiresDuringTheRun() throws Exception {
        open(whole().tenant(tenant -> tenant.entra(entra -> entra.withAccessTokenLifetime(Duration.ofSeconds(2)))));
        relay.start(mailbox(Ingress.GRAPH, "limits { messages-per-minute = 1200, burst = 1 }")); // 20 in a second

        send(1, 40);

        relay.received(40);
        assertThat(relay.office().callCounts().of("client_credentials")).isBetween(2, 6);
        assertThat(relay.journal().await("delivered", 40))
                .allSatisfy(line -> assertThat(line).contains("attempt 1:"));
        assertThat(relay.journal().events()).doesNotContain("blocked", "unreachable", "deferred", "failed");
    }

    @ParameterizedTest
    @EnumSource(names = {"SMTP", "GRAPH"})
    void replacesARevokedToken(Ingress ingress) throws Exception {
        open(whole());
        relay.start(mailbox(ingress, "upstream.idle-timeout = 100ms"));
        send(1, 1);
        relay.received(1);
        relay.journal().await("delivered", 1);
        relay.office().tokenService().revokeTokens();

        try (Device device = relay.device()) {
            device.send("after that", "ann@example.org");
        }

        assertThat(relay.received("after that").ingress()).isEqualTo(ingress);
        assertThat(relay.journal().await("delivered", 2).getLast()).contains("attempt 1:");
        assertThat(relay.journal().events()).doesNotContain("blocked", "unreachable", "deferred", "failed");
    }

    @Test
    void staysBelowTheMicrosoftLimitsInABurstOfFourDevices() throws Exception {
        // a minute is a second
        open(whole().tenant(
                        tenant -> tenant.limits(_ -> SandboxLimits.MICROSOFT).withTimeScale(60)));
        relay.start(mailbox(Ingress.SMTP, "limits { messages-per-minute = " + 30 * 60 + " }"));

        int each = Effort.rounds(20, 50);
        send(4, each);

        relay.received(4 * each);
        relay.journal().await("delivered", 4 * each);
        MailboxUsage use = relay.office().usage(ConfigText.MAILBOX);
        assertThat(use.peakConnections()).isLessThanOrEqualTo(3);
        assertThat(use.peakMessagesPerMinute())
                .isLessThanOrEqualTo(30 + 5 + 5); // the burst, and what the clock is worth
        assertThat(relay.journal().lines("throttled")).isEmpty();
        assertThat(relay.journal().lines("deferred")).isEmpty();
        assertThat(relay.office().accepted())
                .extracting(AcceptedMessage::subject)
                .doesNotHaveDuplicates();
    }

    private void open(SandboxSettings settings) throws IOException {
        relay = new RelayFixture(directory, settings);
    }

    private static SandboxSettings whole() {
        return RelayFixture.whole(office, new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD));
    }

    private String mailbox(Ingress ingress, String more) {
        return ConfigText.mailboxes(
                relay.office(),
                ConfigText.address(ConfigText.MAILBOX)
                        + (ingress == Ingress.SMTP ? ConfigText.smtp(relay.office()) : ConfigText.graph(relay.office()))
                        + ConfigText.app(relay.office(), "client-secret", ConfigText.secret())
                        + more);
    }

    private void send(int devices, int each) throws Exception {
        List<Callable<Void>> all = new ArrayList<>();
        for (int i = 0; i < devices; i++) {
            String name = "device " + i;
            all.add(() -> {
                try (Device device = relay.device()) {
                    for (int j = 0; j < each; j++) {
                        device.send(name + " message " + j, "ann@example.org");
                    }
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> one : threads.invokeAll(all)) {
                one.get();
            }
        }
    }
}
