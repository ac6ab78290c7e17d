package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueueIdTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0000000000000",
        "1, 0000000000001",
        "31, 000000000000Z",
        "32, 0000000000010",
        "9223372036854775807, 7ZZZZZZZZZZZZ"
    })
    void formatsAndParsesThirteenCharacters(long value, String text) {
        assertThat(new QueueId(value)).hasToString(text);
        assertThat(QueueId.parse(text)).contains(new QueueId(value));
        assertThat(QueueId.parse(text.toLowerCase(Locale.ROOT))).contains(new QueueId(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "00000000000001",
                "8000000000000",
                "000000000000I",
                "000000000000L",
                "000000000000O",
                "000000000000U",
                "000000000000-",
                "/000000000000",
                " 000000000001"
            })
    void refusesInvalidText(String text) {
        assertThat(QueueId.parse(text)).isEmpty();
    }

    @Test
    void sortsTheSameAsTextAndAsNumber() {
        Random random = new Random(32);
        for (int i = 0; i < 1_000; i++) {
            QueueId one = new QueueId(random.nextLong() >>> 1);
            QueueId other = new QueueId(random.nextLong() >>> 1);
            assertThat(Integer.signum(one.compareTo(other)))
                    .isEqualTo(Integer.signum(one.toString().compareTo(other.toString())));
        }
    }

    @Test
    void refusesNegativeNumbers() {
        assertThatThrownBy(() -> new QueueId(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
