package org.o365relay.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.Deviation;
import org.o365relay.sandbox.message.AcceptedMessage;

/// A device that sends every message with the same Message-ID, from the device to Office 365.
@Timeout(60)
final class ReusedMessageIdTest {

    private static final String ID = "<fixed@mfp>";
    private static final String NEW_ID = "<fixed\\.[0-9a-f]{16}@mfp>";

    @TempDir
    static Path office;

    @TempDir
    Path directory;

    private RelayFixture relay;

    @BeforeEach
    void open() throws IOException {
        relay = new RelayFixture(directory, office);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void deliversEveryMessageAndLetsExchangeDropRepeatedOnes() throws Exception {
        relay.start();
        try (Device device = relay.device()) {
            for (String subject : List.of("paper jam", "toner low", "toner low", "paper jam")) {
                device.sendContent(content(subject));
            }
        }
        List<AcceptedMessage> arrived = relay.received(4);

        assertThat(arrived)
                .filteredOn(message -> "paper jam".equals(message.subject()))
                .extracting(AcceptedMessage::messageId)
                .containsExactly(ID, ID);
        List<AcceptedMessage> later = arrived.stream()
                .filter(message -> "toner low".equals(message.subject()))
                .toList();
        assertThat(later).hasSize(2);
        assertThat(later.getFirst().messageId())
                .matches(NEW_ID)
                .isEqualTo(later.getLast().messageId());
        assertThat(text(later.getFirst())).contains("\r\nX-Original-Message-ID: " + ID + "\r\n");
        assertThat(relay.storedDevices())
                .singleElement()
                .satisfies(device -> assertThat(device.deviations()).containsEntry(Deviation.REUSED_MESSAGE_ID, 2L));
    }

    @Test
    void sendsTheSameBytesAgainAfterARestart() throws Exception {
        relay.start();
        try (Device device = relay.device()) {
            device.sendContent(content("first"));
            relay.received(1);
            relay.with("content:drop-after-accepting*1");
            device.sendContent(content("second"));
        }
        relay.journal().await("deferred", 1);
        relay.stop();
        relay.start();

        List<AcceptedMessage> arrived = relay.received(3);
        assertThat(arrived.get(1).messageId()).matches(NEW_ID);
        assertThat(text(arrived.get(2))).isEqualTo(text(arrived.get(1)));
    }

    private static String content(String subject) {
        return "Message-ID: " + ID + "\r\n" + Device.message(subject);
    }

    private static String text(AcceptedMessage message) throws IOException {
        return new String(message.content(), ISO_8859_1);
    }
}
