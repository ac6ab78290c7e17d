package org.o365relay.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
                    4096     , 4096      , 4 KiB
                    4KiB     , 4096      , 4 KiB
                    100 KiB  , 102400    , 100 KiB
                    100MiB   , 104857600 , 100 MiB
                    1000     , 1000      , 1000 B
                    """)
    void readsAndWritesSizes(String text, long octets, String written) {
        assertThat(Size.parse(text)).isEqualTo(new Size(octets)).hasToString(written);
    }

    @Test
    void reportsTheAcceptedFormats() {
        assertThatThrownBy(() -> Size.parse("4kb")).hasMessageContaining("4KiB");
    }
}
