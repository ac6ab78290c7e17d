package org.o365relay.admit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
                    192.168.10.0/24       , 192.168.10.0/24
                    192.168.10.77/24      , 192.168.10.0/24
                    ' 10.0.0.0/8 '        , 10.0.0.0/8
                    10.1.2.3              , 10.1.2.3/32
                    0.0.0.0/0             , 0.0.0.0/0
                    10.255.0.0/9          , 10.128.0.0/9
                    ::1                   , 0:0:0:0:0:0:0:1/128
                    2001:db8:ffff::/33    , 2001:db8:8000:0:0:0:0:0/33
                    ::/0                  , 0:0:0:0:0:0:0:0/0
                    ::ffff:10.0.0.1       , 10.0.0.1/32
                    ::ffff:10.7.0.0/104   , 10.0.0.0/8
                    ::ffff:0:0/96         , 0.0.0.0/0
                    """)
    void parsesNetworks(String text, String expected) {
        assertThat(Network.parse(text).orElseThrow()).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0.0/8/8", "10.0.0.0/1000",
                "10.1", "10", "10.0.0", "256.1.1.1", "1.2.3.4.5", "1..2.3", "...", "localhost", "printer.lan/24",
                "::1/129", ":::", "::g", "fe80::1%eth0", "1:2:3", "::ffff:10.0.0.0/24", "::ffff:10.0.0.0/129"
            })
    void rejectsInvalidNetworks(String text) {
        assertThat(Network.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    192.168.10.0/24    , 192.168.10.255       , true
                    192.168.10.0/24    , 192.168.11.0         , false
                    192.168.10.0/31    , 192.168.10.1         , true
                    192.168.10.0/31    , 192.168.10.2         , false
                    10.0.0.1           , 10.0.0.1             , true
                    10.0.0.1           , 10.0.0.2             , false
                    0.0.0.0/0          , 203.0.113.9          , true
                    0.0.0.0/0          , ::1                  , false
                    192.168.10.0/24    , ::ffff:192.168.10.7  , true
                    ::ffff:10.0.0.0/104, 10.99.0.1            , true
                    ::1                , ::1                  , true
                    ::1                , ::2                  , false
                    ::/0               , 2001:db8::1          , true
                    ::/0               , 10.0.0.1             , false
                    ::/0               , ::ffff:10.0.0.1      , false
                    2001:db8::/32      , 2001:db8:ffff::1     , true
                    2001:db8::/32      , 2001:db9::           , false
                    """)
    void containsAddresses(String network, String address, boolean expected) {
        assertThat(Network.parse(network).orElseThrow().contains(InetAddress.ofLiteral(address)))
                .isEqualTo(expected);
    }

    @Test
    void rejectsAPrefixLongerThanTheAddress() {
        InetAddress address = InetAddress.ofLiteral("10.0.0.0");
        assertThatThrownBy(() -> new Network(address, 33)).isInstanceOf(IllegalArgumentException.class);
    }
}
