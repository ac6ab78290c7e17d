package org.o365relay.admit;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class NetworkFuzzTest {

    @FuzzTest(maxDuration = "5m")
    @DictionaryFile(resourcePath = "networks.dict")
    void parsesANetworkThatContainsItsOwnAddress(byte[] octets) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);

        Network.parse(text).ifPresent(network -> {
            int bits = network.address().getAddress().length * 8;
            hold(network.prefixLength() >= 0 && network.prefixLength() <= bits, "prefix", network);
            hold(network.contains(network.address()), "not its own address", network);
            hold(Network.parse(network.toString()).filter(network::equals).isPresent(), "not read again", network);
            hold(text.strip().chars().allMatch(c -> c > ' ' && c < 0x7f), "not a literal", text);
        });
    }
}
