package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnhancedStatusTest {

    @ParameterizedTest
    @ValueSource(strings = {"2.0.0", "4.3.1", "5.7.139", "5.999.999"})
    void parsesStatusCodes(String text) {
        assertThat(EnhancedStatus.parse(text).orElseThrow()).hasToString(text);
        assertThat(EnhancedStatus.of(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "5", "5.1", "5.1.1.1", "3.1.1", "1.0.0", "5.1000.1", "5.1.1000", "5.-1.1", "5.1.1 ", "a.b.c"
            })
    void refusesInvalidStatusCodes(String text) {
        assertThat(EnhancedStatus.parse(text)).isEmpty();
    }

    @Test
    void quotesAnInvalidStatusCodeInTheException() {
        assertThatThrownBy(() -> EnhancedStatus.of("6.0.0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("6.0.0");
    }
}
