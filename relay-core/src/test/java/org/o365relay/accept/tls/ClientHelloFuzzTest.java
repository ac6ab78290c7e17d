package org.o365relay.accept.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;

class ClientHelloFuzzTest {

    @FuzzTest
    void readsAnyOctets(byte[] octets) {
        ByteBuf received = Unpooled.wrappedBuffer(octets);
        Optional<ClientHello> hello = ClientHello.parse(received);
        assertThat(received.readerIndex()).isZero();
        for (String key : new String[] {"RSA", "EC"}) {
            hello.flatMap(read -> read.reasonEvenWithOldTls(key))
                    .ifPresent(text -> assertThat(text).containsPattern("^(supports|needs) [ -~]+$"));
            hello.flatMap(read -> read.reasonWithoutOldTls(key))
                    .ifPresent(text -> assertThat(text).containsPattern("^(supports|accepts) [ -~]+$"));
        }
        for (int end = 0; hello.isPresent() && end < Math.min(octets.length, 5); end++) {
            assertThat(ClientHello.parse(received.slice(0, end))).isEmpty();
        }
    }
}
