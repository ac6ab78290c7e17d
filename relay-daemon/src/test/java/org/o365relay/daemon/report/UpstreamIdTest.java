package org.o365relay.daemon.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UpstreamIdTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        250 2.6.0 <a@b> [InternalId=12, Hostname=X.PROD.OUTLOOK.COM] 9 bytes in 0.1, 78 KB/sec Queued | <a@b>, InternalId=12, Hostname=X.PROD.OUTLOOK.COM
        250 2.0.0 OK <a@b> [Hostname=X.PROD.OUTLOOK.COM] | <a@b>, Hostname=X.PROD.OUTLOOK.COM
        250 2.0.0 OK [Hostname=X]                       | Hostname=X
        202 Accepted (request-id 2f6a-1)               | request-id 2f6a-1
        429 Too many (request-id r-1, retry after 17)  | request-id r-1
        250 2.0.0 Ok: queued as 4711                   | ''
        """)
    void isFoundInTheReplyOfTheUpstream(String reply, String id) {
        assertThat(UpstreamId.in(reply).orElse("")).isEqualTo(id);
    }
}
