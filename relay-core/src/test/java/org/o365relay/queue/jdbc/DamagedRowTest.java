package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.QueueId;

@Timeout(60)
class DamagedRowTest {

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE message SET client = 'printer-3' WHERE id = $",
                "UPDATE message SET sender = 'a b' WHERE id = $",
                "UPDATE message SET id = -5 WHERE id = $",
                "UPDATE recipient SET address = '' WHERE message_id = $",
                "UPDATE recipient SET state = 'delivered' WHERE message_id = $",
                "DELETE FROM recipient WHERE message_id = $"
            })
    void aDamagedMessageIsPutOnHoldAndTheOthersAreClaimed(String damage) {
        fixture.accept("first", ANNA);
        QueueId damaged = fixture.accept("second", ANNA);
        fixture.accept("third", ANNA);
        fixture.execute(damage.replace("$", Long.toString(damaged.value())));

        List<String> served = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            fixture.claim(1).forEach(claim -> served.add(fixture.text(claim)));
        }

        assertThat(served).containsExactlyInAnyOrder("first", "third");
        assertThat(fixture.claim(1)).isEmpty();
        assertThat(fixture.number("SELECT count(*) FROM message WHERE held_at IS NOT NULL AND lease IS NULL"))
                .as("on hold")
                .isEqualTo(1);
        assertThat(fixture.number("SELECT count(*) FROM event WHERE kind = 'damaged'"))
                .isEqualTo(1);
        assertThat(fixture.number("SELECT count(*) FROM chunk"))
                .as("its content too")
                .isEqualTo(3);
    }
}
