package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.Polling;
import org.o365relay.alert.Alert;

/// The queue's file disappears while a relay accepts and delivers mail.
@Timeout(60)
final class LostQueueEndToEndTest extends EndToEnd {

    @Test
    void rejectsMailAndReportsItUntilTheFileIsBack() throws Exception {
        Path file = directory.resolve("queue/queue.db");
        Path aside = directory.resolve("aside");
        relay.start();
        try (Device device = relay.device()) {
            device.send("before");
            relay.received(1);
            device.say("MAIL FROM:<scan@mfp.contoso.example>");
            device.say("RCPT TO:<office@contoso.example>");
            device.say("DATA");
            Files.move(file, aside);
            device.write(Device.message("lost"));
            assertThat(device.say(".")).startsWith("452 4.3.1 Queue write error");
            assertThat(device.say("MAIL FROM:<scan@mfp.contoso.example>")).startsWith("452 4.3.1 Queue write error");
            assertThat(alerts()).extracting(Alert::name).containsExactly("queue-unusable");
            assertThat(relay.journal().lines("queue-unusable")).hasSize(1);

            Files.move(aside, file);
            Polling.until("recovered", () -> alerts().isEmpty());
            assertThat(relay.journal().lines("queue-usable")).hasSize(1);
            device.send("after");
        }
    }

    @Test
    void stopsInTimeAlthoughAResultCannotBeWritten() throws Exception {
        relay.with("content:delay 1s*1").start("relay.shutdown-timeout = 1s");
        try (Device device = relay.device()) {
            device.send("in flight");
        }
        relay.received(1); // the reply, and so the result, follows
        Files.delete(directory.resolve("queue/queue.db"));
        relay.stop();
        assertThat(directory.resolve("queue/rescued")).isNotEmptyDirectory();
    }

    private List<Alert> alerts() {
        return Objects.requireNonNull(relay.operations().status("test").running())
                .alerts();
    }
}
