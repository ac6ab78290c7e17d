package org.o365relay.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        1                             |                               | PT1S
        37                            |                               | PT37S
        ' 120 '                       |                               | PT2M
        00600                         |                               | PT10M
        86400                         |                               | PT24H
        86401                         |                               | PT24H
        99999999999999999999999       |                               | PT24H
        Sat, 21 Nov 2026 08:01:00 GMT |                               | PT1M
        Sat, 21 Nov 2026 08:01:00 GMT | no date                       | PT1M
        Sat, 21 Nov 2026 09:01:00 GMT | Sat, 21 Nov 2026 09:00:00 GMT | PT1M
        Thu, 01 Jan 1970 00:02:00 GMT | Thu, 01 Jan 1970 00:01:00 GMT | PT1M
        Sat, 21 Nov 2028 08:01:00 GMT |                               |
        Tue, 21 Nov 2028 08:01:00 GMT |                               | PT24H
        0                             |                               |
        -5                            |                               |
        1.5                           |                               |
        soon                          |                               |
        ''                            |                               |
        Sat, 21 Nov 2026 07:59:00 GMT |                               |
        """)
    void readsSecondsAndDates(String retryAfter, @Nullable String date, @Nullable Duration wait) {
        Map<String, List<String>> fields = new HashMap<>(Map.of("retry-after", List.of(retryAfter)));
        if (date != null) {
            fields.put("Date", List.of(date));
        }
        assertThat(RetryAfter.of(HttpHeaders.of(fields, (_, _) -> true), NOW).orElse(null))
                .isEqualTo(wait);
    }

    @Test
    void findsNoWaitWithoutTheField() {
        assertThat(RetryAfter.of(HttpHeaders.of(Map.of(), (_, _) -> true), NOW)).isEmpty();
    }
}
